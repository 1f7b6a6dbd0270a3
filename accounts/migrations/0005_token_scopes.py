"""Tokens of programs have scopes and a limit. Those made before keep all that their kind may."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_code_digits"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="minute",
            field=models.DateTimeField(blank=True, null=True, verbose_name="counted minute"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="per_minute",
            field=models.PositiveSmallIntegerField(
                db_default=120, default=120, verbose_name="requests in a minute"
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "read"),
                        ("file", "file proposals and take the citizen’s steps"),
                        ("review", "take the steps of the site that reviews"),
                        ("oversee", "take the steps of health officers"),
                    ],
                    max_length=10,
                ),
                db_default=[],
                default=list,
                size=None,
                verbose_name="scopes",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="used_in_minute",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="requests in this minute"
            ),
        ),
        migrations.RunSQL(
            "UPDATE accounts_apitoken SET scopes = CASE kind"
            " WHEN 'citizen' THEN ARRAY['read', 'file'] ELSE ARRAY['read', 'review', 'oversee'] END",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scopes__contained_by", ["read", "file", "review", "oversee"])),
                name="api_token_scopes_known",
            ),
        ),
    ]
