# datamime as a container: docker build -t datamime .
#
# The SQL parser is C, linked in, so the image has a C library and nothing else
# beside the program. It runs as a user without rights.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=1 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /datamime ./cmd/datamime

FROM debian:12.11-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home datamime
COPY --from=build /datamime /usr/local/bin/datamime
USER 10001
EXPOSE 6432
HEALTHCHECK --interval=5s --timeout=4s --retries=12 CMD ["datamime", "ping", "127.0.0.1:6432"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["datamime"]
CMD ["serve", "--listen", "0.0.0.0:6432"]
