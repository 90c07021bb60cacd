"""The browser and the reports that the tests of the gallery share."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

import reports


@pytest.fixture(scope="session")
def tool():
    return os.environ["RESIDUA_TOOL"]


@pytest.fixture(scope="session")
def model(tool, tmp_path_factory):
    """RESIDUA_MODEL, a model of the sample images, or a small one that is learned here."""
    if named := os.environ.get("RESIDUA_MODEL"):
        return Path(named)
    path = tmp_path_factory.mktemp("model") / "small.residua"
    configuration = Path(__file__).with_name("small-model.json")
    images = reports.SAMPLES / "train" / "good"
    reports.run(tool, "train", images, "--model", path, "--configuration", configuration)
    return path


@pytest.fixture(scope="session")
def scanned(tool, model, tmp_path_factory):
    """What a scan leaves, untouched."""
    folder = tmp_path_factory.mktemp("scan") / "report"
    return reports.scan(tool, model, [reports.SAMPLES / "test"], folder)


@pytest.fixture(scope="session")
def complete(tool, model, tmp_path_factory):
    """A scan whose flagged images have every picture that the page knows."""
    folder = tmp_path_factory.mktemp("complete") / "report"
    return reports.complete(reports.scan(tool, model, [reports.SAMPLES / "test"], folder))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["RESIDUA_CHROMIUM"],
            # Without a user to protect there is no use for the sandbox, and root can't have one.
            args=["--no-sandbox"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens a report's page; at the end nothing may have gone wrong, nor come from elsewhere."""
    contexts, complaints, requests = [], [], []

    def open_page(report, hash="", width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.on("request", lambda request: requests.append((report.folder, request.url)))
        page.goto(report.page + hash)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    for folder, address in requests:
        parts = urlsplit(address)
        assert parts.scheme == "file", address
        assert Path(unquote(parts.path)).is_relative_to(folder), address


@pytest.fixture
def screenshot():
    """Keeps what a page looks like in RESIDUA_SCREENSHOTS."""
    folder = os.environ.get("RESIDUA_SCREENSHOTS")

    def shoot(page, name, full_page=False):
        page.wait_for_function(
            "() => [...document.images].every(i => !i.getAttribute('src') || i.loading === 'lazy'"
            " || (i.complete && i.naturalWidth > 0))"
        )
        if full_page:
            # What is far from the window is not drawn, in a picture of the whole page either.
            page.locator("#grid > li").evaluate_all(
                "all => all.forEach(item => { item.style.contentVisibility = 'visible'; })"
            )
        page.wait_for_timeout(150)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", full_page=full_page)

    return shoot
