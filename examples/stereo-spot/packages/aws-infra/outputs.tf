output "region" {
  value = var.region
}

output "name_prefix" {
  value = var.name_prefix
}

output "ecs_cluster_name" {
  value = terraform_data.cluster.output.name
}

output "ecs_cluster_arn" {
  value = terraform_data.cluster.output.arn
}

output "ecr_web_ui_url" {
  value = terraform_data.repository["web-ui"].output
}

output "ecr_media_worker_url" {
  value = terraform_data.repository["media-worker"].output
}

output "ecr_video_worker_url" {
  value = terraform_data.repository["video-worker"].output
}

output "ecr_job_worker_url" {
  value = terraform_data.repository["job-worker"].output
}

output "ecr_inference_url" {
  value = terraform_data.repository["inference"].output
}

output "sagemaker_endpoint_name" {
  value = terraform_data.endpoint.output.name
}

output "sagemaker_endpoint_role_arn" {
  value = terraform_data.endpoint.output.role_arn
}

output "sagemaker_instance_type" {
  value = terraform_data.endpoint.output.instance_type
}

output "sagemaker_instance_count" {
  value = terraform_data.endpoint.output.instance_count
}

output "sagemaker_iw3_video_codec" {
  value = "libx264"
}

# There is no inference over HTTP: a null output, which the env file leaves out.
output "inference_http_url" {
  value = null
}

output "hf_token_secret_arn" {
  value = "arn:aws:secretsmanager:${var.region}:${var.account}:secret:${var.name_prefix}-hf-token"
}

output "hf_token" {
  value     = var.hf_token
  sensitive = true
}

output "codebuild_project_name" {
  value = terraform_data.codebuild.output
}

output "job_queue_url" {
  value = "https://sqs.${var.region}.amazonaws.com/${var.account}/${var.name_prefix}-jobs"
}

output "media_bucket_name" {
  value = "${var.name_prefix}-media"
}

output "jobs_table_name" {
  value = "${var.name_prefix}-jobs"
}
