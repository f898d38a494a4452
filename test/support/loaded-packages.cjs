// For `node --require`: at its end the process tells on standard error what it has loaded of OpenTelemetry, and for whom.
process.on('exit', () => {
  const loaded = Object.values(require.cache).flatMap(({ filename, parent }) => {
    const [name, by] = [packageOf(filename), packageOf(parent?.filename)];
    return name !== by && /^@opentelemetry\/|-in-the-middle$/.test(name) ? [`${name} for ${by}`] : [];
  });
  console.error(`loaded: ${[...new Set(loaded)].join(', ')}`);
});

function packageOf(file = '') {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? 'the service';
}
