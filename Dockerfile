# The app in a container, with PyTorch for CPUs: docs/serve.md says how to run it.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 carseg && install -d -o carseg /app /data
WORKDIR /app

# First what changes seldom. The CPU wheels are a third as large as those with CUDA; as the versions are the same, the
# second step keeps them.
COPY requirements.txt ./
RUN grep -E '^torch(vision)?==' requirements.txt > torch.txt \
    && pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu -r torch.txt \
    && pip install --no-cache-dir -r requirements.txt

COPY app.py pyproject.toml README.md LICENSE NOTICE ./
COPY .streamlit .streamlit
COPY pages pages
COPY carseg carseg
COPY sample_images sample_images
COPY weights weights

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
