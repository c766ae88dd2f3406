# The hub as an image: built where pip and Node are, run where nothing is but Python and the hub.

FROM node:22-slim AS explorer
WORKDIR /build/portal
COPY portal/package.json portal/package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY portal ./
RUN npm run --silent build

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements/demo.txt requirements/demo.txt
# each wheel is one whose hash the lock knows; what has no wheel is not compiled
RUN python -m pip download --quiet --require-hashes --only-binary :all: -r requirements/demo.txt -d wheels \
 && python -m venv tools \
 && tools/bin/pip install --quiet --no-index --find-links wheels hatchling
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY --from=explorer /build/src/baygate/portal/static src/baygate/portal/static
# of the wheels, the image gets those that the hub itself needs
RUN tools/bin/pip wheel --quiet --no-index --no-deps --no-build-isolation -w wheels . \
 && python -m venv --without-pip /opt/baygate \
 && python -m pip --python /opt/baygate install --quiet --no-index --find-links wheels baygate

FROM python:3.12-slim
RUN python -m pip uninstall --quiet --yes --root-user-action ignore pip \
 && groupadd --gid 10001 baygate \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin baygate \
 && install --directory --owner 10001 --group 10001 --mode 0750 /run/baygate /var/lib/baygate
COPY --from=build /opt/baygate /opt/baygate
ENV PATH=/opt/baygate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BAYGATE_SERVER__SOCKET=/run/baygate/hub.sock
USER 10001:10001
WORKDIR /var/lib/baygate
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(4); s.connect(os.environ['BAYGATE_SERVER__SOCKET']); s.sendall(b'GET /readyz HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200 ' not in s.recv(64))"]
ENTRYPOINT ["baygate"]
CMD ["serve", "--config", "/etc/baygate/baygate.toml"]
