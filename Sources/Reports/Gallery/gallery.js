"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const images = JSON.parse($("data").textContent).images;
  const byId = new Map(images.map((image) => [image.id, image]));
  const grid = $("grid");
  // The page lists the images strangest first.
  const all = images.map((image, rank) => ({
    image, rank, item: $(image.id), link: $(image.id).firstElementChild,
    text: image.path.toLowerCase(),
  }));
  const rows = new Map(all.map((row) => [row.image.id, row]));
  let shown = all;
  const view = $("view");
  const help = $("help");

  // Builds an element; text is never read as HTML.
  function make(name, content, attributes = {}) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...[content ?? []].flat());
    return element;
  }

  function number(value, digits) { return value == null ? "" : value.toFixed(digits); }

  // Sorting and filtering.

  const orders = {
    worst: (a, b) => a.rank - b.rank,
    path: (a, b) => (a.image.path < b.image.path ? -1 : a.image.path > b.image.path ? 1 : 0),
    size: (a, b) => b.image.width * b.image.height - a.image.width * a.image.height,
    regions: (a, b) => b.image.region_count - a.image.region_count,
  };

  function update() {
    const wanted = $("filter").value.trim().toLowerCase();
    const folder = $("folder").value;
    const margin = Number($("margin").value);
    const usesMargin = margin > 1;
    $("margin-value").value = margin.toFixed(margin < 10 ? 2 : 1);
    const order = orders[$("sort").value] ?? orders.worst;
    const sorted = [...all].sort((a, b) => order(a, b) || a.rank - b.rank);
    shown = sorted.filter(({ image, text }) =>
      text.includes(wanted)
      && (folder === "" || image.folder === folder.slice(1))
      && (!usesMargin || (image.margin ?? 0) >= margin));
    const visible = new Set(shown);
    for (const row of all) row.item.hidden = !visible.has(row);
    grid.append(...sorted.map((row) => row.item));
    $("nothing").hidden = shown.length > 0;
    $("shown").textContent = shown.length === all.length
      ? `${all.length} shown` : `${shown.length} of ${all.length} shown`;
    rove(shown[0]);
  }

  // One card is in the order of the tab key; keys lead to the others.
  let current;
  function rove(row) {
    for (const other of all) other.link.tabIndex = other === row ? 0 : -1;
    current = row;
  }

  function focusCard(row) {
    if (!row) return;
    rove(row);
    row.link.focus();
    row.link.scrollIntoView({ block: "nearest" });
  }

  function columns() {
    return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  }

  function setUpControls() {
    const folders = [...new Set(images.map((image) => image.folder))].sort();
    if (folders.length > 1 && folders.length <= 500) {
      for (const folder of folders) {
        $("folder").append(make("option", folder || "(top)", { value: `/${folder}` }));
      }
      $("folder-label").hidden = false;
    }
    const margins = images.map((image) => image.margin).filter((margin) => margin != null);
    const highest = Math.max(1, ...margins);
    if (margins.length > 1 && highest > 1.1) {
      $("margin").max = Math.floor(highest * 20) / 20;
      $("margin-label").hidden = false;
    }
    $("controls").hidden = false;
    $("controls").addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["sort", "filter", "folder", "margin"]) {
      $(name).addEventListener("input", update);
    }
    $("help-button").addEventListener("click", () => help.showModal());
    grid.addEventListener("focusin", (event) => {
      const item = event.target.closest("li");
      if (item && rows.get(item.id) !== current) rove(rows.get(item.id));
    });
    grid.addEventListener("click", (event) => {
      const card = event.target.closest("a");
      if (!card || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open(card.parentElement.id);
    });
  }

  // The full view.

  let opened;
  let zoomed = false;

  function open(id) {
    if (!byId.has(id)) return;
    if (location.hash !== `#${id}`) history.pushState({ opened: true }, "", `#${id}`);
    show(id);
  }

  function show(id) {
    opened = byId.get(id);
    fill(opened);
    if (!view.open) view.showModal();
    $("view-title").focus();
    document.querySelector(".right").scrollTop = 0;
  }

  function step(by) {
    const list = shown.some((row) => row.image === opened) ? shown : all;
    const next = list[list.findIndex((row) => row.image === opened) + by];
    if (!next) return;
    history.replaceState(history.state, "", `#${next.image.id}`);
    const focused = document.activeElement;
    show(next.image.id);
    if (focused?.closest?.(".bar button") && !focused.disabled) focused.focus();
  }

  function fill(image) {
    const list = shown.some((row) => row.image === image) ? shown : all;
    const place = list.findIndex((row) => row.image === image);
    $("view-title").replaceChildren(make("bdi", image.path));
    $("view-place").textContent = `${place + 1} of ${list.length}`;
    $("previous").disabled = place <= 0;
    $("next").disabled = place >= list.length - 1;
    const verdict = image.margin == null
      ? `score ${number(image.score, 2)}` : `${number(image.margin, 2)} × threshold`;
    $("view-verdict").replaceChildren(make("b", verdict), `, ${image.p_value_text}`);
    fillStage(image);
    fillRegions(image);
    fillFigures(image);
    fillShares(image);
    fillFacts(image);
  }

  function fillStage(image) {
    const pictures = image.pictures;
    const base = pictures.image ?? pictures.overlay ?? pictures.thumbnail;
    const hasLayers = Boolean(pictures.image && pictures.heatmap);
    setZoom(false);
    $("stack").hidden = !base;
    $("no-picture").hidden = Boolean(base);
    $("overlay-label").hidden = $("opacity-label").hidden = !hasLayers;
    $("boxes-label").hidden = image.regions.length === 0 || !base;
    $("zoom").hidden = $("legend").hidden = !base;
    for (const [element, source] of [[$("image"), base], [$("heatmap"), hasLayers && pictures.heatmap]]) {
      if (source) element.src = source; else element.removeAttribute("src");
    }
    $("image").alt = base ? `The image ${image.path}${hasLayers ? "" : ", with the heat map on it"}` : "";
    $("heatmap").hidden = !hasLayers;
    const style = $("stack").style;
    style.setProperty("--ratio", image.width / image.height);
    // Small images are enlarged, but pixels are not to become fields.
    style.setProperty("--most", `${4 * image.width}px`);
    drawOverlay();
  }

  function drawOverlay() {
    const isOn = $("overlay").checked;
    $("heatmap").style.opacity = isOn ? $("opacity").value / 100 : 0;
    $("opacity").disabled = !isOn;
    $("regions").style.visibility = $("boxes").checked ? "visible" : "hidden";
  }

  function setZoom(isOn) {
    zoomed = isOn;
    $("zoom").setAttribute("aria-pressed", isOn);
    $("stack").style.setProperty("--zoom", isOn ? 3 : 1);
  }

  function fillRegions(image) {
    const drawing = $("regions");
    drawing.replaceChildren();
    drawing.setAttribute("viewBox", `0 0 ${image.width} ${image.height}`);
    const body = $("region-table").tBodies[0];
    body.replaceChildren();
    $("region-scroll").hidden = image.regions.length === 0;
    $("no-regions").hidden = image.regions.length > 0;
    image.regions.forEach((region, index) => {
      const { x, y, width, height } = region.box;
      const boxes = ["under", "box"].map((kind) => {
        const rect = document.createElementNS(SVG, "rect");
        for (const [key, value] of Object.entries({ x, y, width, height, class: kind })) {
          rect.setAttribute(key, value);
        }
        drawing.append(rect);
        return rect;
      });
      const cells = [
        index + 1, `${x}, ${y}`, `${width} × ${height}`, region.area,
        `${number(region.centroid.x, 1)}, ${number(region.centroid.y, 1)}`,
        number(region.peak, 2), number(region.mean, 2),
      ];
      const row = make("tr", cells.map((cell) => make("td", String(cell))), { tabindex: 0 });
      body.append(row);
      const light = (isOn) => {
        row.classList.toggle("lit", isOn);
        boxes[1].classList.toggle("lit", isOn);
      };
      for (const element of [row, boxes[1]]) {
        element.addEventListener("pointerenter", () => light(true));
        element.addEventListener("pointerleave", () => light(row === document.activeElement));
      }
      row.addEventListener("focus", () => light(true));
      row.addEventListener("blur", () => light(false));
      boxes[1].addEventListener("click", () => row.focus());
    });
    const more = image.region_count - image.regions.length;
    $("more-regions").hidden = more <= 0;
    $("more-regions").textContent = `${more} weaker ones are in report.json.`;
  }

  const captions = [
    ["panel", "Original, overlay, map and reconstruction side by side"],
    ["map", "Map: the calibrated values everywhere, below the threshold too"],
    ["reconstruction", "Reconstruction: what the model could explain"],
    ["overlay", "Overlay: the map on the image"],
  ];

  function fillFigures(image) {
    const figure = (source, caption, kind) => make("figure", [
      make("a", make("img", null, { src: source, alt: caption, loading: "lazy", decoding: "async" }), { href: source }),
      make("figcaption", caption),
    ], { class: kind });
    const figures = captions.filter(([name]) => image.pictures[name])
      .map(([name, caption]) => figure(image.pictures[name], caption, name === "panel" ? "wide" : ""));
    (image.pictures.crops ?? []).forEach((source, index) => {
      figures.push(figure(source, `Crop around region ${index + 1}`, ""));
    });
    $("figures").replaceChildren(...figures);
    $("figures-part").hidden = figures.length === 0;
  }

  function fillShares(image) {
    for (const [name, shares] of [["layer", image.layer_shares], ["map", image.map_shares]]) {
      $(`${name}-shares`).replaceChildren(...shares.map(({ name, share, peak }) => {
        const bar = make("i", null, { "aria-hidden": "true" });
        bar.style.setProperty("--share", `${100 * share}%`);
        const label = peak == null ? name : `${name} (peak ${number(peak, 2)})`;
        return make("li", [make("span", label), bar, make("span", `${Math.round(100 * share)} %`)]);
      }));
    }
    $("shares-part").hidden = image.layer_shares.length + image.map_shares.length === 0;
  }

  function fillFacts(image) {
    const facts = [
      ["Score", number(image.score, 3)], ["Threshold", number(image.threshold, 3)],
      ["p-value", image.p_value == null ? "" : String(Number(image.p_value.toPrecision(3)))],
      ["Image", [
        image.format?.toUpperCase(), `${image.width} × ${image.height}`,
        image.orientation > 1 ? `EXIF orientation ${image.orientation}` : null,
      ].filter(Boolean).join(", ")],
      ["File", image.original ? make("a", image.path, { href: image.original }) : make("bdi", image.path)],
      ["SHA-256", image.sha256], ["Model", image.model],
      ["Record", make("a", "report.json", { href: image.report })],
      ["Name", image.id],
    ];
    $("view-facts").replaceChildren(...facts.filter(([, value]) => value)
      .map(([name, value]) => make("div", [make("dt", name), make("dd", value)])));
  }

  function close() {
    view.close();
    closed();
  }

  // The event of a closed dialog comes later: by then, another image may have been opened.
  function closed() {
    if (!opened || view.open) return;
    leave();
    if (history.state?.opened) history.back();
    else if (byId.has(location.hash.slice(1))) {
      history.replaceState(null, "", location.pathname + location.search);
    }
  }

  function leave() {
    const row = opened && rows.get(opened.id);
    opened = undefined;
    if (row && !row.item.hidden) focusCard(row);
  }

  function followHash() {
    const id = location.hash.slice(1);
    if (byId.has(id)) {
      if (opened?.id !== id) show(id);
    } else if (view.open) {
      view.close();
      leave();
    }
  }

  function setUpView() {
    view.addEventListener("close", closed);
    $("close").addEventListener("click", close);
    $("previous").addEventListener("click", () => step(-1));
    $("next").addEventListener("click", () => step(1));
    $("zoom").addEventListener("click", () => setZoom(!zoomed));
    for (const name of ["overlay", "opacity", "boxes"]) $(name).addEventListener("input", drawOverlay);
    view.addEventListener("click", (event) => { if (event.target === view) close(); });
    window.addEventListener("popstate", followHash);
    window.addEventListener("hashchange", followHash);
  }

  // The keyboard.

  function toggle(name) {
    const box = $(name);
    if (box.parentElement.hidden) return;
    box.checked = !box.checked;
    drawOverlay();
  }

  function viewKey(event) {
    const target = event.target;
    if (target.type === "range") return false;
    const scrolls = target.id === "stage" && zoomed;
    switch (event.key) {
      case "ArrowLeft": if (scrolls) return false; step(-1); return true;
      case "ArrowRight": if (scrolls) return false; step(1); return true;
      case "k": step(-1); return true;
      case "j": step(1); return true;
      case "o": toggle("overlay"); return true;
      case "b": toggle("boxes"); return true;
      case "z": if (!$("zoom").hidden) setZoom(!zoomed); return true;
      default: return false;
    }
  }

  function gridKey(event) {
    const isInGrid = grid.contains(event.target);
    if (!isInGrid && event.target.closest("select, button, input, [role=region]")) return false;
    const place = shown.indexOf(current);
    const go = (index) => {
      focusCard(shown[Math.min(Math.max(index, 0), shown.length - 1)]);
      return true;
    };
    switch (event.key) {
      case "j": return go(isInGrid ? place + 1 : place);
      case "k": return go(isInGrid ? place - 1 : place);
      case "ArrowRight": return isInGrid && go(place + 1);
      case "ArrowLeft": return isInGrid && go(place - 1);
      case "ArrowDown": return isInGrid && go(place + columns());
      case "ArrowUp": return isInGrid && go(place - columns());
      case "Home": return isInGrid && go(0);
      case "End": return isInGrid && go(shown.length - 1);
      case "/": $("filter").focus(); return true;
      default: return false;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.matches("input[type=search], select")) return;
    const isHandled = event.key === "?"
      ? (help.showModal(), true) : view.open ? viewKey(event) : gridKey(event);
    if (isHandled) event.preventDefault();
  });

  setUpControls();
  setUpView();
  update();
  followHash();
})();
