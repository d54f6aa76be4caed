# Caseclerk in a container, with the FAQ checked and indexed inside.
#
#   docker build --tag caseclerk .
#   docker run --rm caseclerk ask "is it over?"
#
# The final image has no distribution: the program, the libraries that it loads, root certificates, the FAQ. No shell, no package
# manager. An edit of an answer repeats only the short stage `content` and what follows it.
#
# TLS is the system's OpenSSL and not rustls: serenity 0.12.5's `rustls_backend` pins rustls-webpki 0.102.8, which has open advisories
# (RUSTSEC-2026-0049, -0098, -0099, -0104).

# ---- The program. The version of Rust is at least the rust-version in Cargo.toml.
FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The dependencies take most of the time and change least. Cargo wants something to build with them: an empty program, and a bench
# because Cargo.toml names one.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src benches \
 && touch src/lib.rs \
 && echo 'fn main() {}' | tee src/main.rs > benches/answering.rs \
 && cargo build --release --locked \
 && rm -r src
COPY config.toml ./
COPY src src
# Cargo judges by dates, and the sources may be older than the empty program.
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

# ---- What it needs at run time. Each library's licence and package record go along, so that scanners know what they look at.
FROM debian:trixie-slim AS runtime
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates libssl3t64 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /build/target/release/caseclerk /usr/local/bin/
RUN mkdir -p /image/var/lib/dpkg/status.d \
 && ldd /usr/local/bin/caseclerk | grep -o '/[^ ]*' > /libraries \
 && cp --parents --dereference $(cat /libraries) /etc/ssl/certs/ca-certificates.crt /usr/local/bin/caseclerk /image \
 && packages=$(realpath $(cat /libraries) | xargs dpkg-query --search | cut -d: -f1 | sort -u) \
 && for package in $packages ca-certificates; do \
      cp --parents /usr/share/doc/"$package"/copyright /image \
      && dpkg-query --status "$package" > /image/var/lib/dpkg/status.d/"$package" || exit 1; \
    done

# ---- The content: an image with a mistake in the FAQ is not made, and one without the vector table, which would know less, neither.
FROM runtime AS content
WORKDIR /caseclerk
COPY models models
RUN cd models && sha256sum --check vectors.bin.sha256
COPY faq faq
# As of the day of the last check, so that the same FAQ gives the same image on any day.
RUN caseclerk lint --date "$(sed -n 's/^last_checked = //p' faq/case.toml)" && caseclerk index

# ---- The image.
FROM scratch
LABEL org.opencontainers.image.title="Caseclerk" \
      org.opencontainers.image.description="Answers questions about De La Torre v. LinkedIn from a vetted FAQ" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=runtime /image /
# Here faq/, index/ and models/ are found without any option. Mount a folder over faq/ for another FAQ: its index is then kept in
# index/, which may be a volume, or in memory where that cannot be written.
WORKDIR /caseclerk
COPY LICENSE ./
COPY --from=content /caseclerk/models models
COPY --from=content /caseclerk/faq faq
COPY --from=content --chown=65532:65532 /caseclerk/index index
# The heartbeat goes where even a container with a read-only root has memory to write to.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    CASECLERK_DISCORD_HEARTBEAT_FILE=/dev/shm/caseclerk-heartbeat
USER 65532:65532
STOPSIGNAL SIGTERM
# Fails while Discord was not heard yet, or not for half of discord.silence_seconds.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=2 CMD ["/usr/local/bin/caseclerk", "health"]
ENTRYPOINT ["/usr/local/bin/caseclerk"]
CMD ["run"]
