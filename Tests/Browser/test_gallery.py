"""The gallery in a browser: what a person sees and does."""

import copy
import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import reports

CARD = "#grid > li:not([hidden]) > a.card"


def margins(page):
    texts = page.locator(f"{CARD} .verdict b").all_text_contents()
    return [float(text.split()[0]) for text in texts]


def names(page):
    return page.evaluate(
        "() => [...document.querySelectorAll('#grid > li:not([hidden])')].map(item => item.id)"
    )


def path_of(page):
    return page.locator("#view-title").inner_text()


def opacity(page):
    # The change is shown over some time.
    page.wait_for_timeout(250)
    return page.evaluate("() => Number(getComputedStyle(document.querySelector('#heatmap')).opacity)")


def scroll_through(page):
    """Lets the browser lay out and load all that it leaves for later."""
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 500) {"
        " scrollTo(0, y); await new Promise(done => setTimeout(done, 30)); } scrollTo(0, 0); }"
    )


def contrast(page, selector):
    """The contrast of an element's text with what is behind it, by WCAG 2."""

    def luminance(color):
        levels = [int(level) / 255 for level in re.findall(r"\d+", color)[:3]]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ink, back = page.locator(selector).first.evaluate(
        """element => {
          let behind = element;
          while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)')
            behind = behind.parentElement;
          return [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
        }"""
    )
    light, dark = sorted([luminance(ink), luminance(back)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_shows_a_scan(scanned, visit, screenshot):
    page = visit(scanned)
    flagged = scanned.flagged
    assert len(flagged) >= 3
    expect(page.locator(CARD)).to_have_count(len(flagged))
    found = margins(page)
    assert found == sorted(found, reverse=True)
    tiles = dict(
        zip(
            page.locator(".tile dt").all_inner_texts(),
            page.locator(".tile dd b").all_inner_texts(),
        )
    )
    counts = scanned.summary["counts"]
    for name, key in [("Images", "images"), ("OK", "ok"), ("Flagged", "flagged"), ("Failed", "failed")]:
        assert tiles[name] == str(counts[key])
    expect(page.locator(".main svg")).to_be_visible()
    bins = scanned.summary["histogram"]["images"]
    expect(page.locator(".main svg rect")).to_have_count(sum(1 for count in bins if count))
    scroll_through(page)
    loaded = page.evaluate("() => [...document.querySelectorAll('.card img')].every(i => i.naturalWidth > 0)")
    assert loaded
    screenshot(page, "scan", full_page=True)


def test_sorts_and_filters(complete, visit):
    page = visit(complete)
    records = {record["id"]: record for record in complete.flagged}
    page.select_option("#sort", "path")
    paths = [records[name]["path"] for name in names(page)]
    assert paths == sorted(paths)
    page.select_option("#sort", "regions")
    regions = [len(records[name]["regions"]) for name in names(page)]
    assert regions == sorted(regions, reverse=True)
    page.select_option("#sort", "worst")
    folder = complete.flagged[0]["path"].split("/")[0]
    wanted = sum(1 for record in records.values() if record["path"].startswith(f"{folder}/"))
    assert 0 < wanted < len(records)
    page.fill("#filter", folder.upper())
    expect(page.locator(CARD)).to_have_count(wanted)
    expect(page.locator("#shown")).to_have_text(f"{wanted} of {len(records)} shown")
    page.fill("#filter", "no such path")
    expect(page.locator("#nothing")).to_be_visible()
    page.fill("#filter", "")
    page.select_option("#folder", f"/{folder}")
    expect(page.locator(CARD)).to_have_count(wanted)
    page.select_option("#folder", "")
    limit = sorted(record["margin"] for record in records.values())[1]
    page.locator("#margin").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        limit + 0.1,
    )
    assert 0 < len(names(page)) < len(records)
    assert min(margins(page)) >= limit


def test_opens_an_image(complete, visit, screenshot):
    page = visit(complete)
    worst = max(complete.flagged, key=lambda record: record["margin"])
    page.locator(CARD).first.click()
    expect(page.locator("#view")).to_be_visible()
    assert path_of(page) == worst["path"]
    assert page.url.endswith(f"#{worst['id']}")
    screenshot(page, "view")

    sizes = page.evaluate(
        "() => ['image', 'heatmap', 'regions'].map(id => {"
        " const box = document.getElementById(id).getBoundingClientRect();"
        " return [box.x, box.y, box.width, box.height].map(Math.round); })"
    )
    assert sizes[0] == sizes[1] == sizes[2]
    assert abs(sizes[0][2] / sizes[0][3] - worst["width"] / worst["height"]) < 0.02

    before = opacity(page)
    assert before > 0.3
    page.keyboard.press("o")
    assert opacity(page) == 0
    expect(page.locator("#overlay")).not_to_be_checked()
    page.keyboard.press("o")
    assert opacity(page) == before
    page.locator("#opacity").fill("100")
    assert opacity(page) == 1

    rows = page.locator("#region-table tbody tr")
    expect(rows).to_have_count(len(worst["regions"]))
    rows.first.hover()
    expect(page.locator("#regions rect.lit")).to_have_count(1)
    box = worst["regions"][0]["box"]
    lit = page.locator("#regions rect.lit").bounding_box()
    scale = sizes[0][2] / worst["width"]
    assert abs(lit["x"] - sizes[0][0] - box["x"] * scale) < 3
    assert abs(lit["width"] - box["width"] * scale) < 6
    page.locator("#view-title").hover()
    expect(page.locator("#regions rect.lit")).to_have_count(0)
    rows.first.focus()
    expect(page.locator("#regions rect.lit")).to_have_count(1)
    page.keyboard.press("b")
    assert page.locator("#regions").evaluate("e => getComputedStyle(e).visibility") == "hidden"

    width = page.locator("#stack").bounding_box()["width"]
    page.keyboard.press("z")
    assert abs(page.locator("#stack").bounding_box()["width"] / width - 3) < 0.01
    page.keyboard.press("z")
    expect(page.locator("#layer-shares li")).to_have_count(len(worst["shares"]["layers"]))
    expect(page.locator("#view-facts")).to_contain_text(worst["sha256"])
    links = page.locator("#view a").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert worst["links"]["report"] in links
    assert any(link.startswith("file:///") and link.endswith(worst["path"]) for link in links)


def test_is_driven_by_keys(complete, visit):
    page = visit(complete)
    order = names(page)
    page.keyboard.press("j")
    focused = "() => document.activeElement.closest('li')?.id"
    assert page.evaluate(focused) == order[0]
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == order[2]
    page.keyboard.press("k")
    assert page.evaluate(focused) == order[1]
    page.keyboard.press("End")
    assert page.evaluate(focused) == order[-1]
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) not in (order[0], order[1], None)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#view")).to_be_visible()
    assert page.evaluate("() => document.activeElement.id") == "view-title"
    first = path_of(page)
    expect(page.locator("#previous")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    assert path_of(page) != first
    assert page.url.endswith(f"#{order[1]}")
    page.keyboard.press("ArrowLeft")
    assert path_of(page) == first
    for _ in order:
        page.keyboard.press("ArrowRight")
    expect(page.locator("#next")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator("#view")).to_be_hidden()
    assert page.evaluate(focused) == order[-1]
    page.wait_for_function("() => location.hash === ''")
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "filter"
    page.keyboard.type("?jo")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("#filter").fill("")
    page.locator("#help-button").focus()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_links_lead_to_an_image(complete, visit):
    record = complete.flagged[-1]
    page = visit(complete, hash=f"#{record['id']}")
    expect(page.locator("#view")).to_be_visible()
    assert path_of(page) == record["path"]
    page.locator("#close").click()
    expect(page.locator("#view")).to_be_hidden()
    assert "#" not in page.url
    page.locator(CARD).first.click()
    expect(page.locator("#view")).to_be_visible()
    page.go_back()
    expect(page.locator("#view")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#view")).to_be_visible()
    # Back and forward again before the browser has told the page that the view was closed.
    page.evaluate("""() => {
        const opened = location.href, moved = () => dispatchEvent(new PopStateEvent("popstate"));
        history.replaceState(history.state, "", location.pathname);
        moved();
        history.replaceState(history.state, "", opened);
        moved();
    }""")
    page.wait_for_timeout(200)
    expect(page.locator("#view")).to_be_visible()
    assert path_of(page) == complete.flagged[0]["path"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_can_be_read(complete, visit, screenshot, scheme, tmp_path):
    report = complete.copy(tmp_path / "report")
    (report.folder / "flagged").symlink_to(complete.folder / "flagged")
    report.records.append(reports.failure("broken/half.jpg"))
    report.summary["drift"] = {
        "images": 17, "statistic": 0.6, "higher": True, "p_value": 0.001, "small_share": 0.5,
        "small_p_value": 0.05, "suspected": True,
    }
    report.summary["labels"] = {"confirmed": 4, "false_alarms": 1, "precision": 0.8}
    report.summary["history"] = [
        {
            "run": run, "command": "scan", "started_at": f"2026-01-0{run}T02:00:00Z",
            "model_sha256": "ab", "flagged_share": run / 50, "scores": report.summary["scores"],
        }
        for run in range(1, 6)
    ]
    report.write()
    page = visit(report, color_scheme=scheme)
    back = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (scheme == "light")
    for selector in [
        "h1", "h1 .soft", "main p", "nav a", ".tile dt", ".tile.bad b", ".tile.good b", ".tile.warn b",
        ".tile dd span", ".notice.warn h3", ".notice.warn p", ".card .name", ".card .soft",
        ".verdict b", "#shown", ".facts dt", "footer a", "thead th", ".key",
    ]:
        assert contrast(page, selector) >= 4.5, selector
    expect(page.locator(".chart")).to_have_count(3)
    scroll_through(page)
    screenshot(page, scheme, full_page=True)

    def check(name):
        found = Axe().run(page).response["violations"]
        serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        assert serious == [], f"{name}: {json.dumps(serious, indent=1)[:4000]}"

    check("page")
    page.locator(CARD).first.click()
    check("view")
    screenshot(page, f"view-{scheme}")
    page.keyboard.press("Escape")
    page.locator("#help-button").click()
    check("help")


def test_fits_a_narrow_screen(complete, visit, screenshot):
    page = visit(complete, width=360, height=740, has_touch=True)
    scroll_through(page)
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    screenshot(page, "narrow", full_page=True)
    page.locator(CARD).first.click()
    expect(page.locator("#view")).to_be_visible()
    box = page.locator("#stack").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert page.locator(".work").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    screenshot(page, "view-narrow")


def test_prints(complete, visit, screenshot):
    page = visit(complete, width=800, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#controls")).to_be_hidden()
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    scroll_through(page)
    screenshot(page, "print", full_page=True)


def test_lists_the_images_without_javascript(complete, visit, screenshot):
    page = visit(complete, java_script_enabled=False)
    expect(page.locator(CARD)).to_have_count(len(complete.flagged))
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.locator("noscript p")).to_be_visible()
    page.locator(CARD).first.click()
    page.wait_for_url(re.compile(r"/flagged/[^/]+/panel\.png$"))


@pytest.mark.parametrize("kinds", [[], ["overlay.png"], ["thumbnail.jpg", "image.jpg"]])
def test_works_with_any_pictures(complete, visit, screenshot, kinds, tmp_path):
    report = complete.copy(tmp_path / "report")
    (report.folder / "flagged").symlink_to(complete.folder / "flagged")
    for record in report.flagged:
        record["links"]["pictures"] = [
            link for link in record["links"]["pictures"] if Path(link).name in kinds
        ]
    page = visit(report.write())
    expect(page.locator(".card img")).to_have_count(len(report.flagged) if kinds else 0)
    expect(page.locator(".card .blank")).to_have_count(0 if kinds else len(report.flagged))
    page.locator(CARD).first.click()
    expect(page.locator("#overlay-label")).to_be_hidden()
    expect(page.locator("#image" if kinds else "#no-picture")).to_be_visible()
    expect(page.locator("#no-picture" if kinds else "#image")).to_be_hidden()
    screenshot(page, f"view-{kinds[0].split('.')[0] if kinds else 'no-pictures'}")


HOSTILE = [
    "<img src=x onerror=document.title=1>.png",
    "</script><script>document.title=1</script>.png",
    "<!--.png",
    "\"'onmouseover=document.title=1 x=\".png",
    "{{{script}}}{{data}}.png",
    "two\nlines\tand\u001b[31m.png",
    "invoice\u202egnp.exe",
    "bytes \ufffd\ufffd.png",
    "a" * 240 + ".png",
    "\u2028line\u200bspace&amp;.png",
]


def test_shows_hostile_names_as_names(complete, visit, screenshot, tmp_path):
    report = complete.copy(tmp_path / "report")
    template = report.flagged[0]
    report.records = []
    for number, name in enumerate(HOSTILE):
        record = copy.deepcopy(template)
        record["path"] = f"in<b>/{name}"
        record["id"] = f"hostile-{number:08}"
        record["sha256"] = "<script>document.title=1</script>"
        # A path like these must not lead out of the report.
        record["links"]["pictures"] = ["javascript:document.title=1", "../../../etc/passwd"]
        report.records.append(record)
        report.records.append(reports.failure(f"f/{name}", detail=name))
    report.summary["roots"] = ["/in <&\">'"]
    report.summary["model"]["path"] = "</title><script>document.title=1</script>"
    page = visit(report.write(), width=360)
    expect(page.locator(CARD)).to_have_count(len(HOSTILE))
    assert page.title().startswith("Residua: ")
    expect(page.locator("script")).to_have_count(2)
    overflow = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    shown = page.locator(".card .name").all_text_contents()
    for name in HOSTILE[:5]:
        assert name.split("/")[-1] in shown
    assert "two\\nlines\\tand\\u{1B}[31m.png" in shown
    assert "invoice\\u{202E}gnp.exe" in shown
    assert "\\u{2028}line\\u{200B}space&amp;.png" in shown
    for number in range(len(HOSTILE)):
        page.locator(CARD).nth(number).click()
        expect(page.locator("#view")).to_be_visible()
        assert shown[number] in path_of(page)
        for link in page.locator("#view a").evaluate_all("all => all.map(link => link.href)"):
            assert link.startswith("file:///")
        page.locator("#close").click()
        page.wait_for_function("() => location.hash === ''")
    assert page.title().startswith("Residua: ")
    screenshot(page, "hostile", full_page=True)


def test_stays_quick_with_many_images(complete, visit, screenshot, tmp_path):
    report = reports.multiplied(complete, tmp_path / "report", images=10_000, flagged=500)
    # Pictures are behind links, which a request names by its own path.
    page = visit(report)
    expect(page.locator(CARD)).to_have_count(500)
    expect(page.locator("#failed")).to_contain_text("20")
    lazy = page.locator("#grid img[loading=lazy][decoding=async][width][height]")
    expect(lazy).to_have_count(500)
    loaded = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(e => e.name.endsWith('.jpg')).length"
    )
    assert loaded < 250
    assert margins(page) == sorted(margins(page), reverse=True)
    records = {record["id"]: record for record in report.flagged}
    page.select_option("#sort", "size")
    sizes = [records[name]["width"] * records[name]["height"] for name in names(page)]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) > 100
    page.fill("#filter", "line-3/shift 1/")
    wanted = sum(1 for record in records.values() if "line-3/shift 1/" in record["path"])
    expect(page.locator("#shown")).to_have_text(f"{wanted} of 500 shown")
    screenshot(page, "many")
    times = page.evaluate(
        """() => {
          const [entry] = performance.getEntriesByType('navigation');
          const sort = document.querySelector('#sort');
          document.querySelector('#filter').value = '';
          const start = performance.now();
          sort.value = 'path';
          sort.dispatchEvent(new Event('input'));
          document.body.offsetHeight;
          return { load: entry.loadEventEnd, sort: performance.now() - start };
        }"""
    )
    print(f"load {times['load']:.0f} ms, sort {times['sort']:.0f} ms")


def without(report, folder, *statuses):
    report = report.copy(folder)
    report.records = [record for record in report.records if record["status"] not in statuses]
    return report


def test_says_that_nothing_was_flagged(complete, visit, screenshot, tmp_path):
    report = without(complete, tmp_path / "report", "flagged").write()
    page = visit(report)
    expect(page.locator(".empty h3")).to_have_text("Nothing was flagged")
    expect(page.locator("#grid")).to_have_count(0)
    screenshot(page, "empty", full_page=True)


def test_says_that_nothing_was_scanned(complete, visit, screenshot, tmp_path):
    report = without(complete, tmp_path / "report", "flagged", "ok")
    del report.summary["histogram"]
    page = visit(report.write())
    expect(page.locator(".empty h3")).to_have_text("Nothing was scanned")
    expect(page.locator(".chart")).to_have_count(0)
    screenshot(page, "nothing", full_page=True)


def test_says_that_all_failed(complete, visit, screenshot, tmp_path):
    report = without(complete, tmp_path / "report", "flagged", "ok")
    report.records = [reports.failure(f"{number}.png") for number in range(3)]
    report.records.append(reports.failure("x.png", code="not-an-image", detail="no PNG, no JPEG"))
    page = visit(report.write())
    expect(page.locator(".empty h3")).to_have_text("No image could be scored")
    expect(page.locator("#failed ~ .scroll tbody tr")).to_have_count(4)
    reasons = page.locator(".reasons li").all_inner_texts()
    assert reasons == ["1 decode/not-an-image", "3 decode/truncated"]
    screenshot(page, "failed", full_page=True)


def test_says_that_a_report_is_unfinished(complete, visit, screenshot, tmp_path):
    report = complete.copy(tmp_path / "report")
    (report.folder / "flagged").symlink_to(complete.folder / "flagged")
    report.summary = None
    page = visit(report.write())
    expect(page.locator(".notice h3").first).to_have_text("This report is not finished")
    expect(page.locator(CARD)).to_have_count(len(report.flagged))
    expect(page.locator("h1")).to_contain_text("residua")
    screenshot(page, "unfinished")
