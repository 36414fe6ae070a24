/**
 * Pictures as files and as bytes on the wire.
 *
 * <p>A picture from outside is first only probed: {@link dev.caravan.processors.frames.PictureProbe} reads its kind and size from its
 * first bytes and checks them against {@link dev.caravan.processors.frames.PictureLimits}; pixels are made by
 * {@link dev.caravan.processors.frames.FfmpegPictures}, later and on another thread, and only when somebody samples the frame.
 * For route authors there is the Camel data format {@code frames} ({@link dev.caravan.processors.frames.FramesDataFormat}) between
 * message bodies and frames, and type converters from a frame to JPEG bytes and planes.
 * The names on the wire are in {@link dev.caravan.processors.frames.FrameHeaders}. Read FramesDataFormat and FfmpegPictures first.
 */
@NullMarked
package dev.caravan.processors.frames;

import org.jspecify.annotations.NullMarked;
