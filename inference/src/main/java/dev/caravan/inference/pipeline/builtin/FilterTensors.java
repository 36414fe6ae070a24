package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** What one stream needs on the device for pictures of one size and layout: a tensor in, a tensor out, tied to the filter's graph. */
final class FilterTensors implements AutoCloseable {

    private final Device device;
    private final int width;
    private final int height;
    private final boolean planes;
    private final Deque<Runnable> cleanUp = new ArrayDeque<>();
    private Tensor in;
    private Tensor out;
    private Binding binding;

    private FilterTensors(LoadedFilter filter, Picture picture) {
        device = filter.device();
        width = picture.width();
        height = picture.height();
        planes = picture instanceof I420;
        try {
            Shape shape = planes ? Shape.of(I420.size(width, height)) : Shape.of(1, 1, height, width, 3);
            in = owned(device.zeros(DType.U8, shape));
            out = owned(device.zeros(DType.U8, shape));
            binding = (planes ? filter.planes() : filter.rgb()).bind();
            cleanUp.push(binding::close);
            if (planes) {
                binding.input("luma", owned(in.view(Shape.of(1, 1, height, width))));
                binding.input("chroma", owned(in.view((long) width * height, Shape.of(2L * I420.chromaSize(width, height)))));
            } else {
                binding.input("rgb", in);
            }
            binding.output("picture", out);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @throws dev.caravan.inference.ort.OrtException when there is no memory for them; nothing is kept then */
    static FilterTensors of(LoadedFilter filter, Picture picture) {
        return new FilterTensors(filter, picture);
    }

    boolean fits(Picture picture) {
        return picture.width() == width && picture.height() == height && picture instanceof I420 == planes;
    }

    /** The bytes of the filtered picture: one step on the device. */
    byte[] run(byte[] picture) {
        return device.call(() -> {
            in.write(MemorySegment.ofArray(picture));
            binding.run();
            return out.bytes();
        });
    }

    private Tensor owned(Tensor tensor) {
        cleanUp.push(tensor::close);
        return tensor;
    }

    @Override
    public void close() {
        while (!cleanUp.isEmpty()) {
            cleanUp.pop().run();
        }
    }
}
