# formdigits for workers and commands: no TensorFlow, no compiler, no root.
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY extractor extractor
COPY workers workers
COPY training training
COPY formdigits formdigits
COPY samples samples
# The lock holds every extra; as a constraint it pins, by hash, what these need of it.
RUN uv venv /opt/formdigits && \
    uv pip install --no-cache --python /opt/formdigits/bin/python \
        --constraint requirements.lock --build-constraint requirements.lock ".[postgres,second]"

FROM python:3.12-slim
RUN apt-get update && \
    apt-get install -y --no-install-recommends poppler-utils libgl1 libglib2.0-0 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 10001 --create-home formdigits && \
    install -d -o formdigits -g formdigits /var/lib/formdigits
COPY --from=build /opt/formdigits /opt/formdigits
ENV PATH=/opt/formdigits/bin:$PATH \
    FORMDIGITS_HOME=/var/lib/formdigits \
    PYTHONUNBUFFERED=1
USER formdigits
WORKDIR /home/formdigits
VOLUME /var/lib/formdigits
ENTRYPOINT ["formdigits"]
CMD ["--help"]
