"""The life of a correction, written down a second time: every status, step and party."""

# Written out by hand: step; by whom (Citizen, Hotline, Reviewer, Appeal reviewer, Overseer,
# System); from where; to where. The code must agree, cell by cell.
TABLE = """
file                CH   -                                                    received
answer              CH   waiting expired                                      queued
add_photo           CH   received queued in_review waiting kept to_countersign =
withdraw            CH   received queued in_review waiting kept to_countersign withdrawn
appeal              CH   refused cannot_confirm partly_accepted disagreed     queued
log_disagreement    CH   refused cannot_confirm partly_accepted upheld        disagreed
confirm             CH   accepted partly_accepted                             =
reopen              CH   accepted partly_accepted                             queued
pick_up             RA   queued in_review kept                                in_review
give_back           RAS  in_review                                            queued
ask                 RA   queued in_review kept                                waiting
pass_on             R    queued in_review kept                                queued
call                RA   queued in_review waiting kept to_countersign accepted
                         partly_accepted refused cannot_confirm upheld disagreed =
keep                RA   queued in_review kept                                kept
accept              RS   queued in_review kept waiting                        accepted
accept_in_part      R    queued in_review kept waiting                        partly_accepted
refuse              R    queued in_review kept waiting                        refused
cannot_confirm      RA   queued in_review kept waiting                        cannot_confirm
overturn            A    queued in_review kept waiting                        accepted
overturn_in_part    A    queued in_review kept waiting                        partly_accepted
uphold              A    queued in_review kept waiting                        upheld
put_forward         RA   queued in_review kept waiting                        to_countersign
countersign         RAO  to_countersign                                       accepted
countersign_in_part RAO  to_countersign                                       partly_accepted
hand_back           RAO  to_countersign                                       queued
remind              OS   queued in_review waiting kept to_countersign         =
reassign            O    queued in_review waiting kept to_countersign         queued
take_over           O    queued in_review waiting kept to_countersign         in_review
escalate            SH   received queued in_review waiting kept to_countersign =
note                RAOH received queued in_review waiting kept to_countersign accepted
                         partly_accepted refused cannot_confirm upheld disagreed withdrawn
                         expired =
route               S    received                                             queued
inherit             S    queued waiting kept to_countersign                   =
expire              S    waiting                                              expired
"""
