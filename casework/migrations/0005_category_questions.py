from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Categories ask questions, and requests bring their answers."""

    dependencies = [("casework", "0004_told_position")]

    operations = [
        ops.AddField(model_name="RequestCategory", name="questions", field=fields.JSONField(null=True)),
        ops.AddField(model_name="ServiceRequest", name="answers", field=fields.JSONField(null=True)),
    ]
