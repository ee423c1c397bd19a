using System.Management.Automation;

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

/// <summary>Asks for approval on the pipeline's thread.</summary>
internal static class Approvals
{
    /// <summary>Asks <c>ShouldProcess</c> where <c>-WhatIf</c> predicts what a "No" leaves out.</summary>
    /// <param name="command">The command that asks.</param>
    /// <param name="target">What is changed.</param>
    /// <param name="action">What is done to it.</param>
    public static Approval Ask(Cmdlet command, string target, string action)
    {
        // The overload that gives the reason takes the whole sentence; it is the one of ShouldProcess(target, action).
        if (command.ShouldProcess($"Performing the operation \"{action}\" on target \"{target}\".", verboseWarning: null, caption: null, out var reason))
            return Approval.Granted;
        return reason.HasFlag(ShouldProcessReason.WhatIf) ? Approval.WhatIf : Approval.Refused;
    }

    /// <summary>
    /// Asks as ConfirmImpact High does, which a cmdlet has for all of its steps or for none: where nothing was asked yet, and the user
    /// has not said by <c>-Confirm:$false</c> or <c>$ConfirmPreference</c> that nothing is to be asked.
    /// </summary>
    /// <inheritdoc cref="Ask"/>
    public static Approval AskForDestruction(PSCmdlet command, string target, string action)
    {
        var answer = Ask(command, target, action);
        var isYetToBeAsked = !command.MyInvocation.BoundParameters.ContainsKey("Confirm") && command.GetVariableValue("ConfirmPreference") is ConfirmImpact.High;
        return answer != Approval.Granted || !isYetToBeAsked || command.ShouldContinue($"Performing the operation \"{action}\" on target \"{target}\".", "Confirm")
            ? answer
            : Approval.Refused;
    }
}
