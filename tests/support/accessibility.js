// Lists what keeps people from reading or using the page that is open. The value is a list of texts.
(() => {
  const problems = [];
  const report = (problem, element) =>
    problems.push(element ? `${problem}: ${element.outerHTML.slice(0, 160)}` : problem);
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (document.documentElement.lang !== "en") report("the language is not named");
  if (document.title.trim().length < 5) report("the title is missing");
  if (all("main").length !== 1) report("there is not one main");
  if (all("h1").length !== 1) report("there is not one h1");
  for (const landmark of ["header", "nav[aria-label]", "form[role=search]"])
    if (all(landmark).length !== 1) report(`there is not one ${landmark}`);

  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) report(`a heading skips from ${level} to ${next}`, heading);
    if (!heading.textContent.trim()) report("a heading is empty", heading);
    level = next;
  }

  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) report("two elements have one id");
  for (const field of all("input")) if (!field.labels.length) report("a field has no label", field);
  for (const control of all("a, button"))
    if (!control.textContent.trim()) report("a control has no name", control);
  for (const list of all("ul, ol"))
    if ([...list.children].some((child) => child.tagName !== "LI")) report("no list item", list);

  // Nothing is wider than the screen. A phone would zoom out, and window.innerWidth grow with it.
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) report(`${scrollWidth} px are wider than the screen`);

  // Contrast, by the formulas of WCAG 2.
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => {
      const share = c / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const checked = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || checked.has(element)) continue;
    checked.add(element);
    const style = getComputedStyle(element);
    const ratio = contrast(channels(style.color).slice(0, 3), behind(element));
    if (ratio < 4.5) report(`the contrast is ${ratio.toFixed(2)}`, element);
    if (parseFloat(style.fontSize) < 14) report(`the text is ${style.fontSize} high`, element);
  }

  // What a finger must hit, but for links inside of a text, is 24 px high or more.
  for (const target of all("nav a, .list > li > a:only-child, input, button")) {
    const { height } = target.getBoundingClientRect();
    if (height < 24) report(`a target is ${height} px high`, target);
  }
  return problems;
})();
