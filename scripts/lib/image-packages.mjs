/**
 * The packages that `npm ci --omit=dev --omit=optional` installs without the workspaces, as in the Dockerfile: their paths in `package-lock.json`.
 * The marks of the lock file do not say it: a package that a workspace alone needs has none.
 */
export function imagePackages({ packages }) {
  const found = new Set();
  const open = [''];
  for (const path of open) {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[path];
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys(dependencies), ...peers]) {
      const needed = resolve(packages, path, name);
      if (needed === undefined || found.has(needed)) continue;
      found.add(needed);
      open.push(needed);
    }
  }
  return [...found].toSorted();
}

/** As Node finds a package: the nearest folder `node_modules` that has it. */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder}${folder && '/'}node_modules/${name}`;
    if (packages[path] && !packages[path].link) return path;
    if (folder === '') return undefined;
  }
}
