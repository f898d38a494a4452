// Before the first file of a project whose tests need servers: the build, PostgreSQL and Redis.
module.exports = async () => {
  const { ensureBuilt } = await import('../../scripts/lib/prepare.mjs');
  await ensureBuilt();
  const { startServers } = require('../support/servers');
  await startServers();
};
