# Caseclerk in a container, with the FAQ checked and indexed. docs/operating.md says how to run it.
#
#   docker build --tag caseclerk .      # or: buildah build --format docker --tag caseclerk .
#   docker run --rm caseclerk ask "is it over?"
#
# After a change to an answer, only the short stage `content` and what follows it are built again.

# ---- The program. The version of Rust is at least the rust-version in Cargo.toml. The Debian
# release is that of the last stage, so that both have the same C library.
FROM rust:1.95-slim-trixie AS build
# They are needed to compile OpenSSL, which becomes part of the program.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The dependencies take most of the time and change least, so they get a layer of their own. Cargo
# needs something to build with them: an empty program, and an empty benchmark because Cargo.toml
# names one.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
RUN mkdir src benches \
 && touch src/lib.rs \
 && echo 'fn main() {}' | tee src/main.rs > benches/answering.rs \
 && cargo build --release --locked \
 && rm -r src
COPY config.toml ./
COPY migrations migrations
# It is part of the FAQ that `caseclerk new` writes.
COPY faq/distress.toml faq/
COPY src src
# Cargo compares modification times, and the sources may be older than the empty program just built.
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

# ---- The content. The build fails if the FAQ has a mistake, or if the vector table is missing or
# damaged: the program would run without the table, but understand less.
FROM build AS content
WORKDIR /caseclerk
COPY models models
RUN cd models && sha256sum --check vectors.bin.sha256
COPY faq faq
# Lint runs as of the day of the last check, so the same FAQ gives the same image on any day.
RUN /build/target/release/caseclerk lint \
 && /build/target/release/caseclerk index \
 && mkdir store

# ---- The image: the C library and root certificates of Debian, no shell, no package manager. The
# tag `nonroot` runs the program as user 65532.
FROM gcr.io/distroless/cc-debian13:nonroot
LABEL org.opencontainers.image.title="Caseclerk" \
      org.opencontainers.image.description="Answers questions about De La Torre v. LinkedIn" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/target/release/caseclerk /usr/local/bin/
# The program finds faq/, index/ and models/ here without any option. To use another FAQ, mount its
# folder over faq/. Its index is then kept in index/, which may be a volume, or in memory if index/
# cannot be written.
WORKDIR /caseclerk
COPY LICENSE ./
COPY --from=content /caseclerk/models models
COPY --from=content /caseclerk/faq faq
COPY eval eval
COPY --from=content --chown=65532:65532 /caseclerk/index index
# What moderators do in Discord. Mount a named volume over it to keep it when the container is replaced;
# without one, the container can still write it although its disk is read-only.
COPY --from=content --chown=65532:65532 /caseclerk/store store
VOLUME /caseclerk/store
# For web.listen, which is off unless it is set.
EXPOSE 8080
# /dev/shm is in memory and can be written even in a container with a read-only disk.
ENV CASECLERK_DISCORD_HEARTBEAT_FILE=/dev/shm/caseclerk-heartbeat
STOPSIGNAL SIGTERM
# Fails if the bot has not heard from Discord for half of discord.silence_seconds, or never.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=2 \
  CMD ["/usr/local/bin/caseclerk", "health"]
ENTRYPOINT ["/usr/local/bin/caseclerk"]
CMD ["run"]
