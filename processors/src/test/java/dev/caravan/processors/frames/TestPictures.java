package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Pictures to test with: colour bars, pictures with some texture, and PNG files written by hand. */
final class TestPictures {

    /** White, yellow, cyan, green, magenta, red, blue, black as 0xRRGGBB. */
    static final int[] BARS = {0xFFFFFF, 0xFFFF00, 0x00FFFF, 0x00FF00, 0xFF00FF, 0xFF0000, 0x0000FF, 0x000000};

    /** The same in BT.601 limited range (ITU-R BT.601, 8 bits): Y, Cb, Cr. */
    static final int[][] BARS_YUV = {
        {235, 128, 128}, {210, 16, 146}, {170, 166, 16}, {145, 54, 34}, {106, 202, 222}, {81, 90, 240}, {41, 240, 110}, {16, 128, 128}
    };

    private TestPictures() {}

    static Picture.Rgb24 bars(int width, int height) {
        byte[] data = new byte[width * height * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int colour = BARS[x * BARS.length / width];
                int at = (y * width + x) * 3;
                data[at] = (byte) (colour >> 16);
                data[at + 1] = (byte) (colour >> 8);
                data[at + 2] = (byte) colour;
            }
        }
        return new Picture.Rgb24(width, height, data);
    }

    /** Smooth waves with a little noise: compresses about as a camera picture does. */
    static Picture.I420 waves(int width, int height) {
        var random = new Random(1);
        var picture = new Picture.I420(width, height, new byte[Picture.I420.size(width, height)]);
        byte[] data = picture.data();
        for (int i = 0; i < picture.offsetU(); i++) {
            int x = i % width;
            int y = i / width;
            data[i] = (byte) (126 + 90 * Math.sin(x * 0.05 + y * 0.03) + random.nextInt(8));
        }
        for (int i = picture.offsetU(); i < data.length; i++) {
            int x = (i - picture.offsetU()) % picture.chromaWidth();
            data[i] = (byte) (128 + 50 * Math.sin(x * 0.04));
        }
        return picture;
    }

    static Picture.Encoded file(FfmpegPictures pictures, Picture picture, PictureFormat format) throws BadPictureException {
        byte[] data = pictures.encode(picture, format, 90);
        return new Picture.Encoded(format.contentType(), picture.width(), picture.height(), data);
    }

    static int y(Picture.I420 picture, int x, int y) {
        return picture.data()[y * picture.width() + x] & 0xFF;
    }

    static int u(Picture.I420 picture, int x, int y) {
        return picture.data()[picture.offsetU() + y / 2 * picture.chromaWidth() + x / 2] & 0xFF;
    }

    static int v(Picture.I420 picture, int x, int y) {
        return picture.data()[picture.offsetV() + y / 2 * picture.chromaWidth() + x / 2] & 0xFF;
    }

    /**
     * A PNG file.
     *
     * @param colourType 0 grey, 2 RGB, 3 palette, 6 RGBA
     * @param rows       unfiltered rows without the filter byte
     * @param extra      further chunks, each made by {@link #chunk}
     */
    static byte[] png(int width, int height, int depth, int colourType, byte[][] rows, byte[]... extra) {
        var out = new ByteArrayOutputStream();
        try {
            out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
            var header = new ByteArrayOutputStream();
            var fields = new DataOutputStream(header);
            fields.writeInt(width);
            fields.writeInt(height);
            fields.write(new byte[] {(byte) depth, (byte) colourType, 0, 0, 0});
            out.write(chunk("IHDR", header.toByteArray()));
            for (byte[] chunk : extra) {
                out.write(chunk);
            }
            var pixels = new ByteArrayOutputStream();
            try (var deflater = new DeflaterOutputStream(pixels)) {
                for (byte[] row : rows) {
                    deflater.write(0);
                    deflater.write(row);
                }
            }
            out.write(chunk("IDAT", pixels.toByteArray()));
            out.write(chunk("IEND", new byte[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] chunk(String type, byte[] data) {
        var out = new ByteArrayOutputStream();
        try (var fields = new DataOutputStream(out)) {
            fields.writeInt(data.length);
            fields.writeBytes(type);
            fields.write(data);
            CRC32 crc = new CRC32();
            crc.update(out.toByteArray(), 4, data.length + 4);
            fields.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The same PNG with every checksum made right, as far as its chunks can be followed. */
    static byte[] withChecksums(byte[] png) {
        byte[] out = png.clone();
        ByteBuffer view = ByteBuffer.wrap(out);
        for (int i = 8; i + 12 <= out.length; ) {
            int length = view.getInt(i);
            if (length < 0 || length > out.length - i - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(out, i + 4, length + 4);
            view.putInt(i + 8 + length, (int) crc.getValue());
            i += 12 + length;
        }
        return out;
    }
}
