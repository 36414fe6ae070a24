package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.draw.Canvas;
import dev.caravan.inference.draw.Ink;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureSize;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.SessionSeed;
import java.util.ArrayList;
import java.util.List;

/**
 * A loaded controller visualizer. The board is laid out on a raster of 16x16 fields: keys above, the mouse field below, codes of
 * other held keys in a line at the bottom. A chunk is one frame of text mode, to be played at 30 fps.
 */
final class ControllerBoard implements LoadedPipeline {

    private static final double FRAMES_PER_SECOND = 30;
    private static final int RASTER = 16;
    private static final int KEY_ROWS = 2;
    private static final Ink GROUND = Ink.rgb(0x1B1F24);
    private static final Ink KEY = Ink.rgb(0x3A4048);
    private static final Ink HELD = Ink.rgb(0x2E9E5B);
    private static final Ink POINTER = Ink.rgb(0xFF8A1E);
    private static final Ink TRAIL = Ink.rgb(0x7A4A1C);

    private static final List<Key> KEYS = List.of(
            new Key("KeyQ", "Q", 1, 1, 2), new Key("KeyW", "W", 3, 1, 2), new Key("KeyE", "E", 5, 1, 2),
            new Key("KeyA", "A", 1, 3, 2), new Key("KeyS", "S", 3, 3, 2), new Key("KeyD", "D", 5, 3, 2),
            new Key("ShiftLeft", "SHIFT", 1, 5, 3), new Key("Space", "SPACE", 4, 5, 5),
            new Key("ArrowUp", "^", 11, 3, 2),
            new Key("ArrowLeft", "<", 9, 5, 2), new Key("ArrowDown", "v", 11, 5, 2), new Key("ArrowRight", ">", 13, 5, 2),
            new Key("MouseLeft", "L", 12, 8, 1), new Key("MouseMiddle", "M", 13, 8, 1), new Key("MouseRight", "R", 14, 8, 1));

    private static final int FIELD_LEFT = 1;
    private static final int FIELD_TOP = 8;
    private static final int FIELD_WIDTH = 10;
    private static final int FIELD_HEIGHT = 6;

    private final int width;
    private final int height;
    private final I420 released;

    ControllerBoard(PictureSize size) {
        width = size.width();
        height = size.height();
        released = new I420(width, height, new byte[I420.size(width, height)]);
        Canvas canvas = new Canvas(released);
        canvas.fill(0, 0, width, height, GROUND);
        KEYS.forEach(key -> key(canvas, key, KEY));
        canvas.fill(x(FIELD_LEFT), y(FIELD_TOP), x(FIELD_WIDTH), y(FIELD_HEIGHT), KEY);
    }

    @Override
    public PipelineStream open(SessionSeed seed) {
        return new Stream();
    }

    @Override
    public void close() {}

    private void key(Canvas canvas, Key key, Ink ink) {
        int gap = Math.max(1, width / 256);
        int scale = gap;
        canvas.fill(x(key.column) + gap, y(key.row) + gap, x(key.columns) - 2 * gap, y(KEY_ROWS) - 2 * gap, ink);
        canvas.text(x(key.column) + 3 * gap, y(key.row) + 3 * gap, scale, key.label);
    }

    private int x(int fields) {
        return width * fields / RASTER;
    }

    private int y(int fields) {
        return height * fields / RASTER;
    }

    /** The pointer starts in the middle of its field and comes back on the other side when it leaves it. */
    private final class Stream implements PipelineStream {

        private double pointerX = 0.5;
        private double pointerY = 0.5;

        @Override
        public int inputFrames(Parameters parameters) {
            return 0;
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) {
            CtrlInput input = CtrlInput.of(parameters);
            I420 fresh = new I420(width, height, released.data().clone());
            Canvas canvas = new Canvas(fresh);
            List<String> others = new ArrayList<>(input.buttons());
            for (Key key : KEYS) {
                if (others.remove(key.code)) {
                    key(canvas, key, HELD);
                }
            }
            canvas.text(x(1), y(15), Math.max(1, width / 512), String.join(" ", others));
            drawPointer(canvas, input);
            out.accept(fresh, FrameSink.NO_TIMESTAMP);
            return new Chunk(1, FRAMES_PER_SECOND);
        }

        private void drawPointer(Canvas canvas, CtrlInput input) {
            disc(canvas, 6, TRAIL);
            pointerX = wrapped(pointerX + input.dx() / x(FIELD_WIDTH));
            pointerY = wrapped(pointerY + input.dy() / y(FIELD_HEIGHT));
            disc(canvas, 8, POINTER);
        }

        private void disc(Canvas canvas, int size, Ink ink) {
            int centreX = x(FIELD_LEFT) + (int) (pointerX * x(FIELD_WIDTH));
            int centreY = y(FIELD_TOP) + (int) (pointerY * y(FIELD_HEIGHT));
            canvas.disc(centreX, centreY, Math.max(1, size * width / 512), ink);
        }

        private double wrapped(double position) {
            return position - Math.floor(position);
        }

        @Override
        public void close() {}
    }

    /**
     * @param code    W3C code
     * @param label   printed on it
     * @param columns width in fields
     */
    private record Key(String code, String label, int column, int row, int columns) {}
}
