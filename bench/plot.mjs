// A plot of lines with logarithmic axes, as SVG.
const WIDTH = 860;
const HEIGHT = 480;
const MARGIN = { top: 50, right: 210, bottom: 60, left: 80 };
const COLOURS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf'];
/** Pixels between two names of lines at least. */
const NAME_HEIGHT = 18;

/** `lines`: name → values at the places of `xs`; all are above 0. */
export function logPlot({ title, xLabel, yLabel, xs, lines }) {
  const ys = Object.values(lines).flat();
  const decades = [Math.floor(Math.log10(Math.min(...ys))), Math.ceil(Math.log10(Math.max(...ys)))];
  const x = scale(Math.log10(xs[0]), Math.log10(xs.at(-1)), MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(decades[0], decades[1], HEIGHT - MARGIN.bottom, MARGIN.top);
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const drawn = [
    text(MARGIN.left, 26, title, 'font-size="16" font-weight="bold"'),
    text((MARGIN.left + right) / 2, HEIGHT - 16, xLabel, 'text-anchor="middle"'),
    text(0, 0, yLabel, `text-anchor="middle" transform="translate(20 ${(MARGIN.top + bottom) / 2}) rotate(-90)"`),
    ...xs.flatMap((value) => [
      line(x(value), MARGIN.top, x(value), bottom, '#ddd'),
      text(x(value), bottom + 20, value.toLocaleString('en'), 'text-anchor="middle"'),
    ]),
    ...range(decades[0], decades[1]).flatMap((decade) => [
      line(MARGIN.left, y(10 ** decade), right, y(10 ** decade), '#ddd'),
      text(MARGIN.left - 8, y(10 ** decade) + 4, (10 ** decade).toLocaleString('en'), 'text-anchor="end"'),
    ]),
    ...series(lines, xs, x, y, right),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
${drawn.join('\n')}
</svg>
`;
}

function series(lines, xs, x, y, right) {
  const names = Object.keys(lines);
  const nameAt = apart(names.map((name) => y(lines[name].at(-1))));
  return names.flatMap((name, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const points = lines[name].map((value, i) => [round(x(xs[i])), round(y(value))]);
    return [
      `<polyline points="${points.map((point) => point.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`),
      text(right + 12, nameAt[n] + 4, name, `fill="${colour}"`),
    ];
  });
}

/** The same places, moved down where they are too near to each other to be written at. */
function apart(places) {
  const moved = [...places];
  const order = places.map((_, n) => n).toSorted((a, b) => places[a] - places[b]);
  for (const [nth, n] of order.entries())
    if (nth > 0) moved[n] = Math.max(moved[n], moved[order[nth - 1]] + NAME_HEIGHT);
  return moved;
}

const scale = (from, to, start, end) => (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start);
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const round = (value) => Math.round(value * 10) / 10;
const escape = (value) => value.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`);
const text = (x, y, value, more) => `<text x="${round(x)}" y="${round(y)}" ${more}>${escape(value)}</text>`;
const line = (x1, y1, x2, y2, colour) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
