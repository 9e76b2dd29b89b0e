# The app in a container, with PyTorch for CPUs: docs/serve.md says how to run it.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 carseg && install -d -o carseg /app /data
WORKDIR /app

# The CPU wheels are a third as large as those with CUDA, and a layer of their own: they seldom change.
COPY requirements.txt ./
RUN grep -vx -e '-e \.' requirements.txt > pins.txt \
    && grep -E '^torch(vision)?==' pins.txt > torch.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu -r torch.txt

# What the app needs, in the versions that were tested together and with their hashes; neither tests
# nor training.
COPY .ci/locks/app.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r app.txt

COPY app.py pyproject.toml setup.py README.md LICENSE NOTICE ./
COPY .streamlit .streamlit
COPY pages pages
COPY carseg carseg
COPY sample_images sample_images
COPY weights weights
RUN pip install --no-cache-dir --no-deps -e . && pip check

USER carseg
# /data is the volume for what visitors save. All addresses: inside of the container there is nobody else.
ENV CARSEG_HOME=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_HEADLESS=true \
    PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
