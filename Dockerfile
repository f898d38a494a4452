# Built, checked and run as docs/deployment.md says.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional ones are the programs of the embedded PostgreSQL.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json tsconfig.migrations.json ./
COPY migrations migrations
COPY packages/agent-directory packages/agent-directory
COPY src src
RUN npm run build \
 && find dist -type f \( -name '*.map' -o -name '*.d.ts' -o -name '.tsbuildinfo' \) -delete

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Agent Registry" \
      org.opencontainers.image.description="The registry where NOA ARK OS agents enrol, are found, are watched and are governed." \
      org.opencontainers.image.vendor="NOA ARK OS" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
# The service needs node alone.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include/node /opt/yarn-* \
           /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/package.json package.json
COPY --from=build /app/dist dist
# A container's own loopback is nobody's: it is reached by its ports, or not at all.
ENV NODE_ENV=production SERVER_HOST=0.0.0.0
USER 1000:1000
EXPOSE 8080
# Alive, not ready: whoever restarts what is unhealthy must not do so because the database is away.
# With AUTH_HEALTH=closed the answer is 401, and comes from a process that lives.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "const { SERVER_PORT: port = 8080, TLS_CERT_FILE: tls } = process.env; require(tls ? 'https' : 'http').get({ host: '127.0.0.1', port, path: '/health/live', rejectUnauthorized: false }, ({ statusCode: status }) => process.exit(status < 300 || status === 401 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node"]
# Young objects take up to 48 MB. On large machines Node 24 gives them three times as much, for which heartbeats get no faster.
CMD ["--max-semi-space-size=16", "dist/main.js"]
