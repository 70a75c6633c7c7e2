// What can be measured on a page as it is laid out now; returns a list of complaints. Everything that folds is unfolded first.
(() => {
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  const complaints = [];
  const about = e => `<${e.tagName.toLowerCase()}> "${(e.innerText || e.name || e.id || '').trim().slice(0, 30)}"`;
  const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().right > 0 && !e.closest('[aria-hidden=true]');

  // Reflow: nothing is wider than the screen (WCAG 1.4.10).
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth > width) {
    const widest = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1);
    complaints.push(`is ${document.scrollingElement.scrollWidth} pixels wide on a screen of ${width}: ${widest.slice(-3).map(about).join(', ')}`);
  }

  // Targets: 24 by 24 pixels at least (WCAG 2.5.8). A box counts with its label; a link in a sentence is as high as its line.
  const inSentence = e => getComputedStyle(e).display === 'inline' && e.parentElement.innerText.trim() !== e.innerText.trim();
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!shown(e) || inSentence(e) && e.tagName === 'A') continue;
    const boxes = [e, ...(e.labels || [])].map(x => x.getBoundingClientRect());
    const wide = Math.max(...boxes.map(b => b.width)), high = Math.max(...boxes.map(b => b.height));
    if (wide < 24 || high < 24) complaints.push(`target of ${wide.toFixed(1)} × ${high.toFixed(1)} pixels: ${about(e)}`);
  }

  // Contrast of text and what lies behind it: 4.5, for large text 3 (WCAG 1.4.3).
  const colour = css => {
    const n = css.match(/[\d.]+/g).map(Number);
    return css.startsWith('color(srgb') ? [...n.slice(0, 3).map(x => x * 255), n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const behind = e => {
    const own = colour(getComputedStyle(e).backgroundColor);
    if (own[3] === 1) return own;
    return over(own, e.parentElement ? behind(e.parentElement) : [255, 255, 255, 1]);
  };
  const light = c => c.slice(0, 3).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()) || !shown(e) || e.closest('svg')) continue;
    const style = getComputedStyle(e), under = behind(e), [a, b] = [light(over(colour(style.color), under)), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(style.fontSize);
    const enough = size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5;
    if (ratio < enough) complaints.push(`contrast of ${ratio.toFixed(2)}: ${about(e)}`);
  }

  // Links of one name lead to one place, or hearing the name alone tells nothing. A figure is told with its heading.
  const places = new Map();
  for (const e of document.querySelectorAll('a[href]')) {
    if (!shown(e) || e.closest('td, dd')) continue;
    const name = e.innerText.trim(), place = e.href.replace(/#.*/, '');
    if (places.has(name) && places.get(name) !== place) complaints.push(`links called "${name}" lead to ${places.get(name)} and ${place}`);
    places.set(name, place);
  }

  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => complaints.push(`several elements have the id ${id}`));
  return complaints;
})()
