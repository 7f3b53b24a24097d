# Serves the index of seeds/. The first stage installs, exports the model and builds the
# index; the second holds the results and runs as a user that owns nothing but the data.
FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
# For example the index of CPU-only torch builds.
ARG PIP_EXTRA_INDEX_URL
WORKDIR /src
COPY constraints.txt pyproject.toml README.md ./
COPY index index
COPY service service
COPY eval eval
RUN python3 -m venv /opt/citewise \
 && /opt/citewise/bin/pip install --no-cache-dir -c constraints.txt ".[formats]"
COPY seeds seeds
# ONNX Runtime would otherwise write to /tmp and the home folder and send events to Microsoft.
ENV ORT_DISABLE_TELEMETRY=1
ENV CITEWISE_DATA_DIR=/var/lib/citewise/index CITEWISE_CACHE_DIR=/var/lib/citewise/cache
RUN /opt/citewise/bin/citewise index seeds

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home-dir /var/lib/citewise citewise
COPY --from=build /opt/citewise /opt/citewise
COPY --from=build --chown=citewise /var/lib/citewise /var/lib/citewise
ENV PATH=/opt/citewise/bin:$PATH \
    ORT_DISABLE_TELEMETRY=1 \
    CITEWISE_DATA_DIR=/var/lib/citewise/index \
    CITEWISE_CACHE_DIR=/var/lib/citewise/cache
USER citewise
WORKDIR /var/lib/citewise
VOLUME /var/lib/citewise
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
# Without keys, so that the seeds can be asked at once; docs/container.md says how to demand them.
CMD ["citewise", "serve", "--host", "0.0.0.0", "--port", "8000", "--without-keys"]
