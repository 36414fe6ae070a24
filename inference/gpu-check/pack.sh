#!/usr/bin/env bash
# Makes one archive that checks the inference engine on a Linux machine with an NVIDIA GPU and CUDA 13, without Java, Maven or network:
# a stripped Java runtime, the engine's classes, and ONNX Runtime's CUDA 13 libraries pruned to one GPU architecture.
# Needs Maven, a JDK 25, unzip, strip, xz, python3. See ../docs/gpu-check.md.
# Usage: pack.sh NATIVES_JAR OUT_DIR [GPU_ARCH=90]
#   NATIVES_JAR  org.bytedeco:onnxruntime:1.28.0-1.5.14:jar:linux-x86_64-gpu
#   OUT_DIR      scratch and result: OUT_DIR/gpu-check.tar.xz
#   GPU_ARCH     compute capability without dot: 90 = Hopper; this build also holds 75, 80, 100, 120
set -euo pipefail
[ $# -ge 2 ] || { sed -n 's/^# Usage: /Usage: /p' "$0"; exit 2; }
jar=$(realpath "$1"); out=$(realpath -m "$2"); arch=${3:-90}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
inference=$(dirname "$here")
: "${JAVA_HOME:?a JDK 25 is needed}"
# What GpuCheck and its libraries use of Java.
modules=java.base,java.logging,java.net.http,jdk.unsupported,java.management

(cd "$inference/.." && mvn -q -B -ntp -pl inference -DskipTests test-compile dependency:copy-dependencies \
  -DincludeArtifactIds=slf4j-api,jackson-core,jackson-databind,jackson-annotations -DoutputDirectory="$out/pack/lib")

cd "$out"
rm -rf natives cuda.so pack/ort pack/jre pack/app
mkdir -p natives pack/ort pack/app
unzip -qoj "$jar" 'org/bytedeco/onnxruntime/linux-x86_64-gpu/libonnxruntime*' -d natives
python3 "$here/prune.py" natives/libonnxruntime_providers_cuda.so cuda.so "$arch"
strip --strip-unneeded -o pack/ort/libonnxruntime_providers_cuda.so cuda.so
strip --strip-unneeded -o pack/ort/libonnxruntime.so natives/libonnxruntime.so.1
cp natives/libonnxruntime_providers_shared.so pack/ort/
cp -r "$inference/target/classes/." "$inference/target/test-classes/." pack/app/
rm -rf pack/app/golden pack/app/fuzz
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-0 --output pack/jre
strip --strip-unneeded pack/jre/lib/server/libjvm.so
rm -f pack/jre/lib/server/*.jsa
cp "$here/run.sh" pack/
tar cf - pack | xz -T2 -6 >gpu-check.tar.xz
ls -l gpu-check.tar.xz
