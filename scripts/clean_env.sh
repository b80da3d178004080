# Sourced: forgets whatever the caller's environment says about Readout, so that a run is the same everywhere.
# Expects the working directory to be the project's.
for name in $(sed -n 's/^#\{0,1\}\([A-Z_]\{1,\}\)=.*/\1/p' .env.example) DJANGO_SETTINGS_MODULE; do
    unset "$name" "${name}_FILE"
done
unset name PYTHONHOME PYTHONPATH PYTHONWARNINGS PYTEST_ADDOPTS
