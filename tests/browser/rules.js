// Looks at the rendered page and returns what breaks a rule, in words. An arrow function for page.evaluate.
({ minText, minTarget, minDigits, mayScroll }) => {
  const faults = [];
  const shown = [...document.body.querySelectorAll("*")].filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
  const named = (node) => `<${node.localName} class="${node.getAttribute("class") ?? ""}"> ${node.textContent.trim().replace(/\s+/g, " ").slice(0, 20)}`;
  const ownText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const texts = shown.filter((node) => ownText(node) && !(node instanceof SVGElement));

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = new Map(); // each colour is painted and read once: it takes longer than all the rest
  const rgba = (colour) => {
    if (!painted.has(colour)) painted.set(colour, paint(colour));
    return painted.get(colour);
  };
  const paint = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const contrast = (one, other) => {
    const [bright, dark] = [light(one), light(other)].sort((a, b) => b - a);
    return (bright + 0.05) / (dark + 0.05);
  };

  const boxesOf = (node) => [...node.childNodes].filter((child) => child.nodeType === 3 && child.data.trim()).flatMap((child) => {
    const range = document.createRange();
    range.selectNodeContents(child);
    return [...range.getClientRects()];
  });
  const inked = [];

  for (const node of texts) {
    const style = getComputedStyle(node);
    const size = parseFloat(style.fontSize);
    if (size < minText - 0.01) faults.push(`text of ${size} px: ${named(node)}`);
    const ratio = contrast(rgba(style.color), ground(node));
    if (ratio < 7) faults.push(`contrast ${ratio.toFixed(1)}: ${named(node)}`);
    const boxes = boxesOf(node);
    inked.push(...boxes.map((box) => ({ node, size, box })));
    // What scrolls may go on below; nothing may be cut off at a side.
    const scroller = mayScroll ? node.closest(".panel > .body") : null;
    for (const box of boxes)
      if (box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5 || (box.bottom > innerHeight + 0.5 && !scroller))
        if (!node.closest("aside ol")) faults.push(`off the screen: ${named(node)}`);
    for (let around = node; around && around !== document.body; around = around.parentElement) {
      if (around.matches("aside ol") || around === scroller) break;
      const frame = around.getBoundingClientRect();
      for (const box of boxes)
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 0.35 * size || box.top < frame.top - 0.35 * size)
          faults.push(`out of its frame <${around.localName} class="${around.className}">: ${named(node)}`);
    }
  }

  // The ink of a line is about as high as its letters; the box around it reaches into its neighbours'. What scrolls
  // passes under what does not.
  const ink = ({ size, box }) => ({ left: box.left, right: box.right, top: box.top + (box.height - 0.8 * size) / 2, bottom: box.bottom - (box.height - 0.8 * size) / 2 });
  const scrolled = (node) => node.closest(".panel > .body");
  const lines = inked.map((one) => ({ node: one.node, ink: ink(one), scrolled: scrolled(one.node) }));
  lines.forEach((one, place) => {
    for (const other of lines.slice(place + 1)) {
      const [a, b] = [one.ink, other.ink];
      if (one.node === other.node || one.scrolled !== other.scrolled) continue;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) faults.push(`one over the other: ${named(one.node)} and ${named(other.node)}`);
    }
  });

  for (const node of shown.filter((one) => one.matches("button, a, input:not([type=hidden])"))) {
    const box = node.getBoundingClientRect();
    if (box.width < minTarget || box.height < minTarget) faults.push(`target of ${box.width} by ${box.height} px: ${named(node)}`);
  }

  // Hyphens and spaces are where a word may end.
  for (const node of texts.filter((one) => one.closest("button")))
    for (const child of [...node.childNodes].filter((one) => one.nodeType === 3))
      for (const word of child.data.matchAll(/[A-Za-z]{2,}/g)) {
        const range = document.createRange();
        range.setStart(child, word.index);
        range.setEnd(child, word.index + word[0].length);
        if (range.getClientRects().length > 1) faults.push(`a word is broken, ${word[0]}: ${named(node)}`);
      }

  for (const node of shown.filter((one) => one.matches(".face, .shape") && !one.closest("aside ol") && !scrolled(one))) {
    const box = node.getBoundingClientRect();
    const frame = node.closest(".person, .panel, section, main, body").getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      faults.push(`a picture is cut off: ${named(node.parentElement)}`);
  }

  for (const node of shown.filter((one) => one.matches("[data-digits]"))) {
    const style = getComputedStyle(node);
    canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const high = Math.min(...[...node.textContent].filter((one) => one >= "0" && one <= "9").map((digit) => {
      const metrics = canvas.measureText(digit);
      return metrics.actualBoundingBoxAscent + metrics.actualBoundingBoxDescent;
    }));
    if (high < minDigits) faults.push(`digits of ${high} px: ${named(node)}`);
  }

  for (const node of shown.filter((one) => one.matches(".ground"))) {
    const style = getComputedStyle(node);
    const glyph = getComputedStyle(node.nextElementSibling);
    if (contrast(rgba(style.fill), rgba(glyph.stroke)) < 7) faults.push(`pale glyph: ${named(node.parentElement)}`);
    if (contrast(rgba(style.fill), ground(node.parentElement)) < 3 && !node.closest("li")) faults.push(`pale shape in ${named(node.closest("section, article, p, div"))}`);
  }

  const moving = document.getAnimations().length;
  if (moving) faults.push(`${moving} animations`);
  return [...new Set(faults)];
};
