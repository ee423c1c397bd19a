namespace ReleaseTools.Hosting;

/// <summary>The answer to <c>ShouldProcess</c>, with the two ways of not doing it told apart.</summary>
internal enum Approval
{
    /// <summary>It is done.</summary>
    Granted,

    /// <summary>It is not done, and what it would give is predicted: <c>-WhatIf</c>.</summary>
    WhatIf,

    /// <summary>The user said no to it: it is left out, and nothing of it goes down the pipeline.</summary>
    Refused,
}
