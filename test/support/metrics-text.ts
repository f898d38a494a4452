/** The value of every series in Prometheus's text format, by its name and labels as they are written. */
export function parseMetrics(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
  if (series.size !== lines.length) throw new Error('a series is there twice');
  return series;
}
