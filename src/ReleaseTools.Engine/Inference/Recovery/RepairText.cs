using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>What the steps of a repair are called.</summary>
internal static class RepairText
{
    /// <summary>What would be done.</summary>
    public static string Action(EndpointFinding finding) => finding.Diagnosis switch
    {
        { NextStep: EndpointNextStep.Wait, Status: "Deleting" } => "Wait until it is gone, and create it again",
        { NextStep: EndpointNextStep.Wait } diagnosis => $"Wait until it is no longer {diagnosis.Status}",
        { NextStep: EndpointNextStep.Update } diagnosis => $"Update: '{diagnosis.EndpointConfigName}' -> '{finding.TargetConfigName}', known to be good",
        { NextStep: EndpointNextStep.RecreateConfiguration } => $"Make configuration '{finding.TargetConfigName}', or its model, again",
        { NextStep: EndpointNextStep.Recreate } => $"Delete, and create again from '{finding.TargetConfigName}'; it serves nothing meanwhile",
        { NextStep: EndpointNextStep.Create, Status: "InService" } => "Register its scaling again",
        _ => $"Create from '{finding.TargetConfigName}'",
    };

    /// <summary>What was done.</summary>
    public static string Done(EndpointNextStep step) => step switch
    {
        EndpointNextStep.Update => "it was updated",
        EndpointNextStep.RecreateConfiguration => "what was deleted was made again",
        EndpointNextStep.Recreate => "it was deleted and created again",
        _ => "it was created",
    };
}
