# The image of web, worker and beat (see docker-compose.yml). No database, no tools for tests.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=vaxreg.settings \
    PRIVATE_FILES=/data/private

# Reads vaccine, lot and date off photos of papers (docs/adr/0033).
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends tesseract-ocr tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
# requirements-matching.txt for the worker that finds two records of one person.
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-matching.txt ./
RUN pip install --no-cache-dir --require-hashes -r "$REQUIREMENTS"

COPY . .
# Made once here, the same in every container. The settings want these six; nothing connects.
RUN key=only-while-this-image-is-being-built \
    && export SECRET_KEY=$key FIELD_KEY=$key ACCOUNTS_KEY=$key EMAIL_URL=dummymail:// \
        DATABASE_URL=postgres:///build REDIS_URL=redis://build \
    && python manage.py build_fonts \
    && python manage.py messages --compile \
    && python manage.py collectstatic --noinput --verbosity=0 --ignore=redoc --ignore=rest_framework \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin vaxreg \
    && install -d -o vaxreg -g vaxreg -m 0700 /data/private /scratch /metrics

USER vaxreg
VOLUME /data/private
EXPOSE 8000
CMD ["granian", "--interface", "asgi", "vaxreg.asgi:application", "--host", "0.0.0.0", \
     "--port", "8000", "--workers", "2", "--http", "1", "--no-ws", \
     "--backlog", "4096", "--backpressure", "4000", "--respawn-failed-workers", "--workers-kill-timeout", "20"]
