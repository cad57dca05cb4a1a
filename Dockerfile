# One image for everything that the project runs itself: the Faust worker, Spark, the generator, the page, the setup.
# The second, `jupyter`, is the same with JupyterLab.

FROM maven:3.9.11-eclipse-temurin-17 AS jars
WORKDIR /build
COPY pom.xml .
# Spark's alone; the stamp is what stack/jars.py looks for.
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN mvn -B -q package \
    && rm -rf lib/kafka lib/plugins lib/postgres \
    && sha256sum pom.xml | cut -d' ' -f1 | tr -d '\n' > lib/pom.sha256

FROM python:3.11.13-slim-bookworm AS packages
WORKDIR /app
RUN python -m venv /opt/venv
COPY deploy/containers/requirements.lock .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11.13-slim-bookworm AS app
# Not pinned: Debian keeps the newest version of a package alone, and that mends what is found in the others.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /tmp instashop \
    && install -d -o instashop /data
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 INSTASHOP_DATA=/data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=jars /build/lib lib
COPY . .
RUN pip install --no-cache-dir --no-deps --editable .
USER 10001

FROM app AS jupyter
USER 0
COPY deploy/containers/jupyter.lock .
RUN pip install --no-cache-dir --require-hashes -r jupyter.lock && rm jupyter.lock
USER 10001
