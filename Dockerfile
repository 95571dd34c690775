# One image for the API, both workers and migrations; the command says which. Needs no root, and writes nowhere but
# to /var/lib/curbcast (SQLite and captured mail, where those are used) and /tmp.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/venv/bin:$PATH
RUN python -m venv /venv
WORKDIR /app
# What is installed changes less often than the code, so it has a layer of its own.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install -c constraints.txt . && pip uninstall -y curbcast
COPY . .
RUN pip install --no-deps -e . && python -m compileall -q /app /venv/lib

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/curbcast --create-home curbcast \
    && install --directory --owner curbcast /var/lib/curbcast/photos
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    CURBCAST_DATA_DIR=/var/lib/curbcast
WORKDIR /app
USER curbcast
VOLUME /var/lib/curbcast
EXPOSE 8000
CMD ["curbcast", "serve", "--host", "0.0.0.0", "--port", "8000"]
