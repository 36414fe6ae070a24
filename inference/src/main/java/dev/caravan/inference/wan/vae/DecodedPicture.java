package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Tensor;
import java.util.List;

/**
 * A picture that a decoding step made, until its next run.
 *
 * @param bytes  [H,W,3]
 * @param planes [H,W] of each colour, not clamped
 */
record DecodedPicture(Tensor bytes, List<Tensor> planes) implements VideoCodec.Decoded {

    DecodedPicture {
        planes = List.copyOf(planes);
    }

    @Override
    public byte[] rgb() {
        return bytes.bytes();
    }

    @Override
    public float[] numbers() {
        int plane = Math.toIntExact(planes.getFirst().shape().elements());
        float[] numbers = new float[planes.size() * plane];
        for (int channel = 0; channel < planes.size(); channel++) {
            float[] from = planes.get(channel).floats();
            for (int i = 0; i < plane; i++) {
                numbers[channel * plane + i] = Math.clamp(from[i], -1, 1);
            }
        }
        return numbers;
    }
}
