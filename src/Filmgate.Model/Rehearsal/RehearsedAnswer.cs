namespace Filmgate.Model.Rehearsal;

/// <summary>What a creation under a test key is answered with because its prompt asks for it.</summary>
public enum RehearsedAnswer
{
    /// <summary><c>@busy</c>: no room now; nothing is accepted.</summary>
    Busy = 1,
    /// <summary><c>@refuse(input)</c>: the request is wrong.</summary>
    Input = 2,
    /// <summary><c>@refuse(policy)</c>: the request breaks a content policy.</summary>
    Policy = 3,
    /// <summary><c>@refuse(balance)</c>: the account has no money left.</summary>
    Balance = 4,
    /// <summary><c>@refuse(auth)</c>: the key is wrong.</summary>
    Auth = 5,
    /// <summary><c>@refuse(permission)</c>: the key may not do this.</summary>
    Permission = 6,
    /// <summary><c>@refuse(outage)</c>: the model is not served now.</summary>
    Outage = 7,
    /// <summary><c>@server-error</c>: an error of the server's own, which does not say whether the task was accepted. It was not.</summary>
    ServerError = 8,
    /// <summary><c>@lost-request</c>: the connection is cut before anything was accepted.</summary>
    LostRequest = 9,
    /// <summary><c>@lost-answer</c>: the task is accepted and made, and the connection is cut instead of an answer.</summary>
    LostAnswer = 10,
}

/// <summary>What is wrong with a fetch of a clip because the prompt of its task asks for it.</summary>
public enum ClipFault
{
    /// <summary><c>@unfetchable</c>: there is nothing at its address.</summary>
    Unfetchable = 1,
    /// <summary><c>@truncated-clip</c>: half of its bytes are sent as if they were the whole.</summary>
    Truncated = 2,
    /// <summary><c>@broken-download</c>: the connection is cut in the middle of its bytes.</summary>
    BrokenOff = 3,
}
