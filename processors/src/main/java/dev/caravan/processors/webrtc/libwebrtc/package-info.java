/**
 * The engine on webrtc-java: the only package that touches that library, so that an upgrade is read and changed here.
 *
 * <p>Start with {@link dev.caravan.processors.webrtc.libwebrtc.LibWebRtc} and
 * {@link dev.caravan.processors.webrtc.libwebrtc.LibConnection}. Rules that every class here keeps: there is one factory for the
 * process; nothing is thrown out of a callback, because that aborts the process; callbacks take no lock that is held over a call into
 * the library, because such calls wait for the thread that runs the callbacks; frames are released exactly once; what getters and
 * callbacks give is borrowed; nothing is called on a connection after it was closed.
 */
@NullMarked
package dev.caravan.processors.webrtc.libwebrtc;

import org.jspecify.annotations.NullMarked;
