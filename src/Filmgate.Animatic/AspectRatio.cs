namespace Filmgate.Animatic;

/// <summary>The shape of a clip that is made from text alone.</summary>
public enum AspectRatio
{
    /// <summary>16:9.</summary>
    Wide = 1,

    /// <summary>9:16.</summary>
    Tall = 2,

    /// <summary>1:1.</summary>
    Square = 3,
}
