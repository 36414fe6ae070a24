#!/usr/bin/env bash
# Runs the GPU check from an unpacked archive. Options as those of ./caravan bench gpu.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Where CUDA is not installed: PyTorch's wheels for CUDA 13 bring the same libraries.
if ! ldconfig -p | grep -F libcudnn.so.9 >/dev/null && site=$(python3 -c 'import nvidia; print(list(nvidia.__path__)[0])' 2>/dev/null); then
  LD_LIBRARY_PATH=$(find "$site" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
fi
export ORT_DISABLE_TELEMETRY=1
exec "$here/jre/bin/java" -Xmx4g --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "$here/app:$here/lib/*" \
  dev.caravan.inference.bench.gpu.GpuCheck --ort "$here/ort" "$@"
