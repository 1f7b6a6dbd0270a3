"""Recognize and convert Vietnamese typed with the fonts of before Unicode: TCVN3 (ABC) and VNI.

Such a text has Latin-1 letters in the file and looks right only in its font (.VnTime, VNI-Times):
"NguyÔn V¨n A" and "Nguyeãn Vaên A" are both Nguyễn Văn A. It is recognized by its words: as they
stand they are no Vietnamese syllables, converted they all are. A foreign name (Müller, Søren) does
not become Vietnamese by a conversion.
"""

import re
import unicodedata
from dataclasses import dataclass

# Code by code as in TCVN 5712:1993 (VN3); capitals with a tone have a font of their own (.VnTimeH).
_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·\xb8¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
# VNI writes a mark as a letter of its own behind the vowel: (vowels, letters, marks in Unicode).
_VNI_MARKS = (
    ("aeiouyôö", "ùøûõï", "\u0301 \u0300 \u0309 \u0303 \u0323"),
    ("a", "êéèúüë", "\u0306 \u0306\u0301 \u0306\u0300 \u0306\u0309 \u0306\u0303 \u0306\u0323"),
    ("aeo", "âáàåãä", "\u0302 \u0302\u0301 \u0302\u0300 \u0302\u0309 \u0302\u0303 \u0302\u0323"),
)
_VNI_MARK_OF = {
    vowel + letter: mark
    for vowels, letters, marks in _VNI_MARKS
    for vowel in vowels
    for letter, mark in zip(letters, marks.split(), strict=True)
}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}

_ONSET_WORDS = "b c ch d đ đr g gh gi h k kh kr l m n ng ngh nh p ph qu r s t th tr v x"
_RIME_WORDS = (
    "a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây"
    " e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im"
    " in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc"
    " oe oen oeo oet oi ok om on ong ooc oong op ot ô ôc ôi ôk ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u"
    " ua uân uâng uât uây uc uê uêch uênh ui uk um un ung uôc uôi uôm uôn uông uôt uơ up ut uy"
    " uya uych uyên uyêt uyn uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt"
    " ươu ưt ưu y yêm yên yêng yêt yêu ynh"
)
_ONSETS = ("", *_ONSET_WORDS.split())
_RIMES = frozenset(_RIME_WORDS.split())
_TONES = "\u0301\u0300\u0309\u0303\u0323"
# A syllable that ends in a stop (c, ch, p, t) is only spoken with these two tones.
_OF_STOPS = "\u0301\u0323"
# Open rimes whose last vowel may bear the tone: hoà, khoẻ, thuý, Huế, thuở.
_TONE_AT_THE_END = ("oa", "oe", "uy", "uê", "uơ")
_WORD = re.compile(r"(?:[^\W\d_]|[\u00a1-\u00ff\u0300-\u036f])+")
# Inside a word only TCVN3 has such a sign, or a capital letter with a mark behind a small letter.
_SIGN_OF_TCVN3 = re.compile("[¡-©«-®¶-¹»-¾×÷]|(?<=[a-z])[µÆ-Þ]")
_BEYOND_LATIN_1 = re.compile("[\u0100-\u024f\u1e00-\u1eff]")
# Foreign names that would be Vietnamese syllables.
_FOREIGN = frozenset({"loïc", "lü", "nü"})
# Frequent words of names and sites decide where both encodings make syllables.
_FREQUENT_WORDS = (
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý lưu đinh trịnh đoàn"
    " lương thị văn hữu đức ngọc trạm tế phường xã quận huyện bệnh viện tâm người họ tên mã"
)
_FREQUENT = frozenset(_FREQUENT_WORDS.split())


@dataclass(frozen=True)
class OldText:
    """A text in an old font: the name of its encoding, and the text in Unicode."""

    font: str
    text: str


def from_tcvn3(text: str) -> str:
    """Return the text that stands there when it was typed in TCVN3."""
    return _WORD.sub(lambda found: _in_case(found[0].translate(_TCVN3)), text)


def from_vni(text: str) -> str:
    """Return the text that stands there when it was typed in VNI."""
    return _WORD.sub(lambda found: _word_from_vni(found[0]), text)


def recognize(text: str) -> OldText | None:
    """Return the text in Unicode if it was typed in TCVN3 or VNI, or else None."""
    if text.isascii() or (_BEYOND_LATIN_1.search(text) and not _SIGN_OF_TCVN3.search(text)):
        # The second: as `_is_typed_in` would find, and most names of today are such.
        return None
    found = [
        OldText(font, converted)
        for font, convert in (("TCVN3", from_tcvn3), ("VNI", from_vni))
        if (converted := convert(text)) != text and _is_typed_in(font, text, converted)
    ]
    return max(found, key=lambda one: _frequent_words(one.text), default=None)


def is_syllable(word: str) -> bool:
    """Whether the word can be a Vietnamese syllable: onset, rime and tone fit together."""
    letters, tone, toned = _without_tone(word.lower())
    if tone is None:
        return False
    return letters == "gi" or any(
        letters.startswith(onset) and _is_rime(letters[len(onset) :], tone, toned - len(onset))
        for onset in _ONSETS
    )


def _without_tone(word: str) -> tuple[str, str | None, int]:
    """Return the letters without the tone, the tone (None for two of them), and its place."""
    letters, tone, toned = "", "", 0
    for at, char in enumerate(unicodedata.normalize("NFC", word)):
        for part in unicodedata.normalize("NFD", char):
            if part not in _TONES:
                letters += part
            elif tone:
                return letters, None, 0
            else:
                tone, toned = part, at
    return unicodedata.normalize("NFC", letters), tone, toned


def _is_rime(rime: str, tone: str, toned: int) -> bool:
    """Whether it is a rime that can have this tone, on its letter number `toned`."""
    if rime not in _RIMES:
        return False
    if rime.endswith(("c", "ch", "p", "t")) and tone not in _OF_STOPS:
        return False
    if not tone:
        return not rime.endswith(("c", "ch", "p", "t"))
    is_glide = len(rime) > 1 and toned == len(rime) - 1
    return toned >= 0 and (not is_glide or rime in _TONE_AT_THE_END)


def _is_typed_in(font: str, text: str, converted: str) -> bool:
    """Whether the words that are not Vietnamese as they stand all become so."""
    words = list(zip(_WORD.findall(text), _WORD.findall(converted), strict=True))
    wrong = signs = 0
    are_all_syllables = True
    for word, turned in words:
        if word.isascii():
            are_all_syllables &= len(word) == 1 or is_syllable(word)
        elif word.lower() in _FOREIGN:
            return False
        elif max(word) <= "\xff":
            has_sign = font == "TCVN3" and bool(_SIGN_OF_TCVN3.search(word))
            if has_sign or not is_syllable(word):
                if not is_syllable(turned):
                    return False
                wrong, signs = wrong + 1, signs + has_sign
    if not wrong or (not signs and any(max(word) > "\xff" for word, _turned in words)):
        # Letters beyond Latin-1 are Unicode: the text was not typed in an old font.
        return False
    return bool(signs) or wrong > 1 or (are_all_syllables and len(words) > 1)


def _frequent_words(text: str) -> int:
    return sum(word.lower() in _FREQUENT for word in _WORD.findall(text))


def _word_from_vni(word: str) -> str:
    found, at = "", 0
    small = word.lower()
    while at < len(word):
        pair = small[at : at + 2]
        base = _VNI_ALONE.get(small[at], small[at])
        mark = _VNI_MARK_OF.get(pair, "") if len(pair) > 1 else ""
        letter = base + mark
        found += letter.upper() if word[at].isupper() else letter
        at += 2 if mark else 1
    return unicodedata.normalize("NFC", found)


def _in_case(word: str) -> str:
    """Return a word in capitals if its plain letters are: the font .VnTimeH has only capitals."""
    plain = [char for char in word if char.isascii()]
    return word.upper() if len(plain) > 1 and "".join(plain).isupper() else word
