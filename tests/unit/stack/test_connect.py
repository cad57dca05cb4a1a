import re
from pathlib import Path

from settings import Settings
from stack.connect import Connect
from stack.service import CONFIG, Site


def test_connectors_find_the_databases_and_the_cdc_role_in_connects_environment(tmp_path: Path) -> None:
    connect = Connect(Site(tmp_path, {"connect": 8083}, {}))
    settings = Settings.model_validate(
        {
            "db_instashop": "postgresql://owner:secret@127.0.0.1:5433/instashop",
            "db_crm": "postgresql://owner:secret@crm.example:5432/crm_db",
            "cdc_password": "p@ss",
        }
    )

    variables = connect.environment(settings)

    assert variables["INSTASHOP_CDC_INSTASHOP_PORT"] == "5433"
    assert variables["INSTASHOP_CDC_CRM_HOST"] == "crm.example"
    assert variables["INSTASHOP_CDC_ECOMMERCE_DBNAME"] == "ecommerce_db"
    assert variables["INSTASHOP_CDC_USER"] == "instashop_cdc"
    assert variables["INSTASHOP_CDC_PASSWORD"] == "p@ss"  # noqa: S105


def test_connectors_may_read_those_variables_and_no_other(tmp_path: Path) -> None:
    variables = Connect(Site(tmp_path, {"connect": 8083}, {})).environment(Settings())
    template = (CONFIG / "connect.properties").read_text().replace("$$", "$")
    (pattern,) = re.findall(r"^config\.providers\.env\.param\.allowlist\.pattern=(.*)$", template, re.MULTILINE)

    assert all(re.fullmatch(pattern, name) for name in variables)
    assert not re.fullmatch(pattern, "INSTASHOP_GENERATOR_PASSWORD")
    assert not re.fullmatch(pattern, "HOME")
