namespace Filmgate.Animatic;

/// <summary>Where a render failed, and so whose fault it is.</summary>
public enum AnimaticFault
{
    /// <summary>The start picture cannot be decoded: the caller's.</summary>
    StartPictureUnreadable = 1,

    /// <summary>The end picture cannot be decoded: the caller's.</summary>
    EndPictureUnreadable = 2,

    /// <summary>FFmpeg is not installed, cannot be started, or was built without H.264: the operator's.</summary>
    EncoderMissing = 3,

    /// <summary>FFmpeg started and then gave up, for example because the disk is full: the machine's.</summary>
    EncoderFailed = 4,

    /// <summary>FFmpeg found no picture in a clip: the clip's.</summary>
    ClipUnreadable = 5,
}

/// <summary>A render that did not give a clip. The message is one line and names the way out where there is one.</summary>
public sealed class AnimaticException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">Where it failed.</param>
    /// <param name="message">One line.</param>
    /// <param name="cause">What was thrown below, if anything.</param>
    public AnimaticException(AnimaticFault fault, string message, Exception? cause = null)
        : base(message, cause) => Fault = fault;

    /// <summary>Where it failed.</summary>
    public AnimaticFault Fault { get; }
}
