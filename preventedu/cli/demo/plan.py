"""Where the pieces of one demo live."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practice_lms.app import KNOWN
from practice_lms.config import LmsConfig, ToolRegistration
from preventedu.errors import SetupError
from preventedu.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from practice_lms.lms import Personality

CLIENT_ID = "practice-tool"
DEPLOYMENT_ID = "1"
CUSTOM = {
    "context_history": "$Context.id.history",
    "account_id": "$Canvas.account.id",
    "student_view": "$com.instructure.User.student_view",
}
"""What a registration asks for; unknown variables come back as they are."""


DEFAULTS = {"port": 8000, "lms_port": 8080, "personality": "moodle"}


@dataclass(frozen=True)
class Plan:
    """One demo: its folder, its ports and how its LMS speaks."""

    data: Path
    port: int
    lms_port: int
    personality: str

    @property
    def tool_url(self) -> str:
        """The tool; on another host name than the LMS, as sites are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lms_url(self) -> str:
        """The practice LMS."""
        return f"http://localhost:{self.lms_port}"

    @property
    def ways(self) -> Personality:
        """What the LMS's product does in its own way."""
        return KNOWN[self.personality]

    def environment(self) -> dict[str, str]:
        """Return the settings of the tool and its worker, over those given."""
        return {
            **os.environ,
            "PREVENTEDU_DATA": str(self.data),
            "PREVENTEDU_PUBLIC_URL": self.tool_url,
            "PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS": "yes",
        }

    def settings(self) -> Settings:
        """Return the same settings, checked."""
        return Settings.from_environment(self.environment(), self.data)

    def lms(self) -> LmsConfig:
        """Return the practice LMS's configuration, with the tool registered in it."""
        launch = f"{self.tool_url}/lti/launch"
        tool = ToolRegistration(
            name="preventedu",
            client_id=CLIENT_ID,
            deployment_id=DEPLOYMENT_ID,
            login_url=f"{self.tool_url}/lti/login",
            redirect_uris=(launch,),
            jwks_url=f"{self.tool_url}/lti/jwks.json",
            target_link_uri=launch,
            deep_link_url=launch,
            custom=CUSTOM,
        )
        return LmsConfig(
            base_url=self.lms_url,
            personality=self.personality,
            data_dir=self.data / f"practice-lms-{self.personality}",
            tools=(tool,),
            faults_enabled=True,
        )


def remembered_plan(
    data: Path, port: int | None, lms_port: int | None, personality: str | None
) -> Plan:
    """Return the plan of the demo in this folder, noted at its first start.

    The LMS keeps the tool's address in its activities, so a demo keeps its ports.

    Raises:
        SetupError: Something else is asked for than at the first start.
    """
    asked = {"port": port, "lms_port": lms_port, "personality": personality}
    given = {name: value for name, value in asked.items() if value is not None}
    path = data / "demo-plan.json"
    if not path.exists():
        path.write_text(json.dumps(DEFAULTS | given))
    kept = json.loads(path.read_text())
    for name, value in given.items():
        if kept[name] != value:
            option = "--" + name.replace("_", "-")
            raise SetupError(
                f"The demo in {data} was made with {option} {kept[name]}. Leave the "
                "option out, or make another demo with another --data."
            )
    return Plan(data, kept["port"], kept["lms_port"], kept["personality"])
