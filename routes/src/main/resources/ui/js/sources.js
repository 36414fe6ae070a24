// Where the sent picture comes from: camera, screen, a file, or nothing. Every source is a MediaStream and is stopped by stop().

const WISH = { width: { ideal: 576 }, height: { ideal: 320 }, frameRate: { ideal: 30, max: 30 } };

/** Opens a source; null for "none". Errors are worded for people. */
export async function open(kind, file) {
  switch (kind) {
    case "camera":
      need(navigator.mediaDevices?.getUserMedia, "This page may not use the camera: open it by https or as http://localhost.");
      return worded(() => navigator.mediaDevices.getUserMedia({ video: WISH }), "camera");
    case "screen":
      need(navigator.mediaDevices?.getDisplayMedia, "This browser cannot share the screen here.");
      return worded(() => navigator.mediaDevices.getDisplayMedia({ video: WISH }), "screen");
    case "file":
      if (!file) throw new Error("Choose a video or picture file first.");
      return file.type.startsWith("image/") ? fromPicture(file) : fromVideo(file);
    default:
      return null;
  }
}

export function stop(stream) {
  stream?.getTracks().forEach((track) => track.stop());
  stream?.release?.();
}

function need(condition, message) {
  if (!condition) throw new Error(message);
}

async function worded(ask, what) {
  try {
    return await ask();
  } catch (error) {
    const words = {
      NotAllowedError: `The browser was not allowed to use the ${what}.`,
      NotFoundError: `No ${what} was found.`,
      NotReadableError: `The ${what} is used by another program.`,
    };
    throw new Error(words[error.name] ?? `The ${what} could not be opened: ${error.message}`);
  }
}

async function fromVideo(file) {
  const video = Object.assign(document.createElement("video"), { muted: true, loop: true, playsInline: true });
  video.src = URL.createObjectURL(file);
  try {
    await video.play();
  } catch {
    URL.revokeObjectURL(video.src);
    throw new Error(`${file.name} cannot be played by this browser.`);
  }
  return drawn(video.videoWidth, video.videoHeight, video, () => {
    video.pause();
    URL.revokeObjectURL(video.src);
  });
}

async function fromPicture(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is not a picture this browser knows.`);
  });
  return drawn(bitmap.width, bitmap.height, bitmap, () => bitmap.close());
}

/** A canvas at most 960 wide that is redrawn 30 times a second, as a stream. */
function drawn(width, height, image, release) {
  const scale = Math.min(1, 960 / width);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(2, Math.round((width * scale) / 2) * 2);
  canvas.height = Math.max(2, Math.round((height * scale) / 2) * 2);
  const context = canvas.getContext("2d");
  const draw = () => context.drawImage(image, 0, 0, canvas.width, canvas.height);
  draw();
  const timer = setInterval(draw, 1000 / 30);
  const stream = canvas.captureStream(30);
  stream.release = () => {
    clearInterval(timer);
    release();
  };
  return stream;
}
