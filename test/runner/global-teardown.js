const { stopServers } = require('../support/servers');

module.exports = stopServers;
