# Teller's three programs in one image: bank-core, bank-websocket, bankctl.
#
#   docker build -t teller .
#   docker run --rm teller bankctl --help

FROM swift:6.2-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libbson-dev libmongoc-dev libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /teller
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests/BankTesting Tests/BankTesting
RUN swift build -c release --static-swift-stdlib --explicit-target-dependency-import-check error \
        --product bank-core \
    && swift build -c release --static-swift-stdlib --product bank-websocket \
    && swift build -c release --static-swift-stdlib --product bankctl \
    && mkdir -p /out \
    && cp .build/release/bank-core .build/release/bank-websocket .build/release/bankctl /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl libmongoc-1.0-0 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /teller --shell /usr/sbin/nologin teller
WORKDIR /teller
COPY --from=build /out/ /usr/local/bin/
COPY public public
COPY docs/openapi.yaml docs/openapi.yaml
# The driver would keep counters in /dev/shm, and a killed process leave them there.
ENV MONGOC_DISABLE_SHM=1
USER teller
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
CMD ["bank-core"]
