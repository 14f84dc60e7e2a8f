# Two stages: the first builds a virtual environment, the second holds nothing else.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /build
COPY pyproject.toml requirements.lock README.md package.json package-lock.json .npmrc node.lock ./
COPY src src
COPY examples examples
# What browsers load of others, by npm; the wheel carries it.
RUN PYTHONPATH=src python -m atg_entrypoints.browser_packages --required
# The lock is the constraint: what the package needs at run time, in the pinned versions and with their hashes checked;
# the tools for developing, which the lock holds too, are not asked for. The build itself uses the pinned hatchling.
# Everything is compiled to bytecode, our own modules too: the user of the second stage could not write it.
RUN uv venv /opt/atg \
    && VIRTUAL_ENV=/opt/atg uv pip install --no-cache --compile-bytecode --verify-hashes --constraint requirements.lock \
       --build-constraint requirements.lock .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home atg
COPY --from=build /opt/atg /opt/atg
ENV PATH=/opt/atg/bin:$PATH ATG_HOME=/data ATG_HOST=0.0.0.0 PYTHONUNBUFFERED=1
USER atg
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('ATG_PORT', '8000')}/health\", timeout=2)"]
CMD ["atg", "serve"]
