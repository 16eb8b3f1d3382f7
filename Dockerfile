# Debian slim: Temporal's prebuilt core needs glibc, so Alpine does not work.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev
# Temporal's core comes for five platforms, some 30 MB each; one is needed.
RUN cd node_modules/@temporalio/core-bridge/releases \
  && ls | grep -v "^$(uname -m)-unknown-linux-gnu$" | xargs rm -rf \
  && node -e "require('@temporalio/core-bridge')"

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production LONGPLAY_DATA=/data
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/migrations migrations
COPY --from=build /app/package.json package.json
RUN mkdir -p /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4100
CMD ["node", "dist/main.js", "api"]
