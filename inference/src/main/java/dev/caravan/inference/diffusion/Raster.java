package dev.caravan.inference.diffusion;

/**
 * A picture of 8-bit samples as it comes in: rows from the top, the channels of a pixel side by side. RGB has three channels, a mask one.
 * The array is shared, not copied.
 *
 * @param data   height · width · channels bytes
 * @param width  pixels
 * @param height pixels
 */
public record Raster(byte[] data, int width, int height) {

    public Raster {
        if (width < 1 || height < 1 || data.length < 1 || data.length % ((long) width * height) != 0) {
            throw new IllegalArgumentException(data.length + " bytes are no picture of " + width + "x" + height);
        }
    }

    public int channels() {
        return data.length / (width * height);
    }

    boolean isOf(int otherWidth, int otherHeight) {
        return width == otherWidth && height == otherHeight;
    }
}
