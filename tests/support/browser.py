"""A headless Chromium of a test's own, driven through Debian's chromedriver."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from .processes import PATIENCE_S, wait_until

T = TypeVar("T")

DRIVER = Path("/usr/bin/chromedriver")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
)


class Browser:
    """One window. What it stored is gone with it."""

    def __init__(self, folder: Path, width: int = 1440, height: int = 900) -> None:
        profile = folder / "profile"
        profile.mkdir(parents=True)
        options = webdriver.ChromeOptions()
        for flag in (*_FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        environment = {**os.environ, "HOME": str(folder), "no_proxy": "127.0.0.1"}
        self.driver = webdriver.Chrome(
            service=Service(str(DRIVER), env=environment), options=options
        )
        self.resize(width, height)

    def resize(self, width: int, height: int, is_phone: bool = False) -> None:
        """What is inside the window gets that size."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone},
        )

    def prefer(self, scheme: str) -> None:
        """The system's look: "dark" or "light"."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
        )

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *arguments: Any) -> Any:
        """What the script, a function's body, returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Of the first that fits; "" where none does. In one step: rows come and go."""
        return self.run(
            "const e = document.querySelector(arguments[0]); return e ? e.innerText : '';", selector
        )

    def texts(self, selector: str) -> list[str]:
        return self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText);", selector
        )

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def press(self, *keys: str) -> None:
        """Keys for whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def wait(self, probe: Callable[[], T], what: str, timeout_s: float = PATIENCE_S) -> T:
        return wait_until(probe, what, timeout_s)

    def complaints(self) -> list[str]:
        """What the page wrote to the console since the last time, errors and warnings."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def shoot(self, path: Path) -> None:
        self.driver.save_screenshot(str(path))

    def close(self) -> None:
        self.driver.quit()


__all__ = ["Browser", "Keys"]
